/** Bakes a trained field: baked-scene.ts says what is written. */
import { readValues } from '../model/field-values.ts';
import { denseSpec } from '../model/representations/dense.ts';
import { representationOf } from '../model/representations/index.ts';
import { networkRenderingTensors } from '../model/tensor-names.ts';
import type { StoredField } from '../eval/open-field.ts';
import { packBits } from '../io/bits.ts';
import { gzip } from '../io/gzip.ts';
import { refreshOccupancy } from '../lattice/occupancy.ts';
import { BAKED_VERSION, DENSITY_LEVELS, FEATURE_LEVELS, MAGIC, PRELUDE_BYTES, type BakedHead, type SceneAbout } from './baked-scene.ts';
import { levelOf, rangeOf } from './levels.ts';
import { indicesOf, storedPoints } from './stored-points.ts';

/**
 * @param thumbnails WebP, one a view of `about.cameras`, or none
 * @returns the file in pieces
 */
export async function encodeScene(
  field: StoredField,
  about: SceneAbout,
  seed: number,
  thumbnails: readonly Uint8Array<ArrayBuffer>[] = [],
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { spec } = field;
  const representation = representationOf(spec);
  const values = await readValues(field);
  const channels = representation.features;
  const density = representation.densities(spec, values);
  const occupancy = refreshOccupancy(spec, density, await field.readOccupancy());
  const stored = storedPoints(spec, density, occupancy);
  const points = indicesOf(stored);
  const features = representation.featuresAt(spec, values, points);

  const rows = points.map((_, row) => row);

  const densityRange = rangeOf(density, points);
  const densities = new Uint16Array(points.length);
  for (let i = 0; i < points.length; i++) densities[i] = levelOf(density[points[i]], densityRange, DENSITY_LEVELS);
  const ranges = Array.from({ length: channels }, (_, channel) => rangeOf(features, rows, channels, channel));
  const levels = ranges.map((range, channel) => {
    const bytes = new Uint8Array(points.length);
    for (let i = 0; i < points.length; i++) bytes[i] = levelOf(features[i * channels + channel], range, FEATURE_LEVELS);
    return differences(bytes);
  });
  const network: Uint8Array<ArrayBuffer>[] = [];
  for (const name of networkRenderingTensors(spec)) network.push(new Uint8Array((await field.read(name)).slice().buffer));

  const head: BakedHead = {
    about,
    seed,
    spec: { ...spec, representation: denseSpec(channels) } as BakedHead['spec'],
    density: densityRange,
    features: ranges,
    thumbnails: thumbnails.map(({ length }) => length),
  };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const sections = [packBits(occupancy), packBits(stored), planesOf(densities), ...levels, ...network, ...thumbnails];
  return [prelude(), await gzip([uint32(json.length), json, ...sections])];
}

function prelude(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PRELUDE_BYTES);
  bytes.set(new TextEncoder().encode(MAGIC));
  bytes.set(uint32(BAKED_VERSION), MAGIC.length);
  return bytes;
}

function uint32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Each value less the one before, modulo 256. */
function differences(values: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(values.length);
  for (let i = 0, before = 0; i < values.length; i++) {
    result[i] = values[i] - before;
    before = values[i];
  }
  return result;
}

/** Low bytes and high bytes of differences. */
function planesOf(words: Uint16Array): Uint8Array<ArrayBuffer> {
  const n = words.length;
  const planes = new Uint8Array(2 * n);
  for (let i = 0, before = 0; i < n; i++) {
    const word = (words[i] - before) & 0xffff;
    before = words[i];
    planes[i] = word & 255;
    planes[n + i] = word >> 8;
  }
  return planes;
}
