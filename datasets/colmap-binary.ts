/**
 * COLMAP's binary sparse models, little-endian (src/colmap/scene/reconstruction_io.cc):
 *
 *     cameras.bin   u64 count; each: u32 id, i32 model, u64 width, u64 height, f64 parameters
 *     images.bin    u64 count; each: u32 id, f64 qw qx qy qz tx ty tz, u32 camera, name ending in 0, u64 n, n of (f64 x, f64 y, u64 point)
 *     points3D.bin  u64 count; each: u64 id, f64 x y z, u8 r g b, f64 error, u64 n, n of (u32 image, u32 index)
 */
import { ByteReader } from './byte-reader.ts';
import { COLMAP_MODELS, newModel, type ColmapCamera } from './colmap-camera.ts';
import type { ColmapImage, ColmapReader } from './colmap-model.ts';

/** Least bytes of a record: with the fewest parameters, an empty name, no observations. */
const LEAST_CAMERA = 24 + 3 * 8;
const LEAST_IMAGE = 4 + 7 * 8 + 4 + 1 + 8;
const LEAST_POINT = 8 + 24 + 3 + 8 + 8;
const OBSERVATION = 24;
const TRACK_ELEMENT = 8;
const LONGEST_NAME = 4096;

/** Larger than any image that is decoded. */
const LARGEST_SIDE = 1n << 31n;

export const colmapBinary: ColmapReader = {
  extension: 'bin',

  cameras(path, bytes) {
    const reader = new ByteReader(path, bytes);
    const cameras: ColmapCamera[] = [];
    for (let left = reader.count('cameras', LEAST_CAMERA); left > 0; left--) {
      const id = reader.uint32('the number of a camera');
      const code = reader.int32('the model of a camera');
      const model = COLMAP_MODELS[code];
      // How long its record is nobody knows, so what follows cannot be read either.
      if (model === undefined) throw newModel(path, id, code);
      const [width, height] = [side(reader, 'width'), side(reader, 'height')];
      const parameters = model.parameters ?? Array.from({ length: model.count }, (_, i) => `parameter ${i}`);
      cameras.push({ id, model: model.name, width, height, parameters: parameters.map((name) => reader.finite(name)) });
    }
    reader.end();
    return cameras;
  },

  images(path, bytes) {
    const reader = new ByteReader(path, bytes);
    const images: ColmapImage[] = [];
    for (let left = reader.count('images', LEAST_IMAGE); left > 0; left--) {
      reader.skip(4, 'the number of an image');
      const rotation = ['qw', 'qx', 'qy', 'qz'].map((name) => reader.finite(name));
      const translation = ['tx', 'ty', 'tz'].map((name) => reader.finite(name));
      const camera = reader.uint32('the camera of an image');
      const name = reader.text('the name of an image', LONGEST_NAME);
      reader.skip(reader.count(`observations of ${name}`, OBSERVATION) * OBSERVATION, 'observations');
      images.push({ name, camera, rotation, translation });
    }
    reader.end();
    return images;
  },

  imageCount(path, bytes) {
    return new ByteReader(path, bytes).count('images', LEAST_IMAGE);
  },

  points(path, bytes) {
    const reader = new ByteReader(path, bytes);
    const count = reader.count('points', LEAST_POINT);
    const points = new Float64Array(count * 3);
    for (let i = 0; i < count; i++) {
      reader.skip(8, 'the number of a point');
      for (let axis = 0; axis < 3; axis++) points[i * 3 + axis] = reader.finite('xyz'[axis]);
      reader.skip(3 + 8, 'colour and error of a point');
      reader.skip(reader.count('observations of a point', TRACK_ELEMENT) * TRACK_ELEMENT, 'observations of a point');
    }
    reader.end();
    return points;
  },
};

function side(reader: ByteReader, what: string): number {
  const value = reader.uint64(what);
  if (value > 0n && value < LARGEST_SIDE) return Number(value);
  throw reader.error(`a ${what} in pixels`, String(value));
}
