/** Answers a frame request with an engine, a chunk of rays at a time, so that several requests can take turns. */
import type { FieldEngine } from '../src/backends/backend.ts';
import { voxelCount } from '../src/model/field-spec.ts';
import { boxDistances } from './box-distances.ts';
import { resizeIntrinsics } from './camera-path.ts';
import type { CropBox, Frame, FrameRequest } from './frame-source.ts';
import { pictureOf, statisticsOf } from './output-modes.ts';
import { depthUnit, toDepth16 } from './pixels.ts';
import type { Camera } from './rays.ts';
import { renderChunks, type RenderedImage } from './render-image.ts';

/** Rays of a turn: some tens of milliseconds of the wasm backend on two cores. */
const TURN_RAYS = 8192;

/** Depth of a pixel that shows nothing opaque. */
const NOTHING = 65535;

/** Yields undefined after every turn and a frame whenever one is finished. */
export async function* drawFrames(
  engine: FieldEngine,
  { camera, output, scales, background }: FrameRequest,
  noiseSeed: number,
  step: number,
  turnRays = TURN_RAYS,
): AsyncGenerator<Frame | undefined, void, undefined> {
  for (const scale of scales) {
    const small = scaledCamera(camera, scale);
    const chunks = renderChunks(engine, small, { background, noiseSeed }, turnRays);
    let seconds = 0;
    for (let image: RenderedImage | undefined; image === undefined;) {
      const began = performance.now();
      const next = await chunks.next();
      seconds += (performance.now() - began) / 1000;
      if (next.done) {
        image = next.value;
        yield frameOf(engine, image, small, { output, scale, seconds, step });
      } else yield undefined;
    }
  }
}

export function scaledCamera({ camToWorld, intrinsics }: Camera, scale: number): Camera {
  const size = { width: Math.max(1, Math.round(intrinsics.width / scale)), height: Math.max(1, Math.round(intrinsics.height / scale)) };
  return { camToWorld, intrinsics: scale === 1 ? intrinsics : resizeIntrinsics(intrinsics, size) };
}

function frameOf(
  { spec }: FieldEngine,
  image: RenderedImage,
  camera: Camera,
  { output, scale, seconds, step }: Pick<FrameRequest, 'output'> & Pick<Frame, 'scale' | 'seconds' | 'step'>,
): Frame {
  const { width, height } = image;
  const { pixels, range } = pictureOf(output, image, camera, spec);
  const metresPerUnit = depthUnit(boxDistances(spec.grid, [camera])[1]);
  const depth = toDepth16(image.depth, metresPerUnit).data;
  for (let i = 0; i < depth.length; i++) if (image.opacity[i] <= 0.5) depth[i] = NOTHING;
  return { width, height, scale, pixels: pixels.data, depth, metresPerUnit, range, statistics: statisticsOf(image, spec), seconds, step };
}

/**
 * The occupancy of what lies inside a box.
 *
 * @param occupancy [V]
 */
export function croppedOccupancy({ spec: { grid } }: FieldEngine, occupancy: Uint8Array, crop: CropBox): Uint8Array {
  const inside = [0, 1, 2].map((axis) => {
    const points = grid.size[axis];
    const metres = (grid.max[axis] - grid.min[axis]) / (points - 1);
    return Uint8Array.from({ length: points }, (_, i) => {
      const at = grid.min[axis] + i * metres;
      return at >= crop.min[axis] && at <= crop.max[axis] ? 1 : 0;
    });
  });
  const [nx, ny] = grid.size;
  const result = new Uint8Array(voxelCount(grid));
  for (let i = 0; i < result.length; i++) {
    const row = Math.floor(i / nx);
    result[i] = occupancy[i] & inside[0][i % nx] & inside[1][row % ny] & inside[2][Math.floor(row / ny)];
  }
  return result;
}
