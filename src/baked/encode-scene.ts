/** Bakes a trained field: baked-scene.ts says what is written. */
import { readValues } from '../model/field-values.ts';
import { denseSpec } from '../model/representations/dense.ts';
import { checkField } from '../backends/webgpu/check-field.ts';
import { BackendError, InputError } from '../base/errors.ts';
import { voxelCount } from '../geometry/grid.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { codedLayers } from '../model/stored-codes.ts';
import { representationOf } from '../model/representations/index.ts';
import type { StoredField } from '../eval/open-field.ts';
import { packBits } from '../io/bits.ts';
import { gzip } from '../io/gzip.ts';
import { refreshOccupancy } from '../lattice/occupancy.ts';
import { BAKED_VERSION, DENSITY_LEVELS, FEATURE_LEVELS, MAGIC, PRELUDE_BYTES, type BakedHead, type SceneAbout } from './baked-scene.ts';
import { levelOf, rangeOf, valueOf, type Range } from './levels.ts';
import { encodeNetwork } from './network-section.ts';
import { neighboursBefore, toDifferences } from './prediction.ts';
import { colouredPoints, indicesOf, storedPoints } from './stored-points.ts';

/** Throws InputError, with the reason, for a field that no page can draw: they have the kernels of the webgpu backend alone. */
export function checkDrawable(spec: FieldSpec): void {
  try {
    checkField(spec, { voxels: voxelCount(spec.grid), trainRays: 0 });
  } catch (cause) {
    if (!(cause instanceof BackendError)) throw cause;
    throw new InputError(
      `pages, which draw with the webgpu backend, cannot draw this field: ${cause.message}`,
      'Look at it with `spikeray serve`, draw it with `spikeray render`, or export it as ply or mesh.',
      { cause },
    );
  }
}

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
  checkDrawable(spec);
  const representation = representationOf(spec);
  const values = await readValues(field);
  const channels = representation.features;
  const density = representation.densities(spec, values);
  const occupancy = refreshOccupancy(spec, density, await field.readOccupancy());
  const stored = storedPoints(spec, density, occupancy);
  const points = indicesOf(stored);
  const densities = levelsOf(density, points);
  // As it will be read: what its levels show has features.
  const coloured = colouredPoints(spec, densities.shown, stored);
  const places = indicesOf(coloured);
  const rows = places.map((_, row) => row);
  const features = representation.featuresAt(spec, values, places);
  const ranges = Array.from({ length: channels }, (_, channel) => rangeOf(features, rows, channels, channel));
  const before = neighboursBefore(coloured, spec.grid.size);
  const levels = ranges.map((range, channel) => {
    const bytes = new Uint8Array(places.length);
    for (const row of rows) bytes[row] = levelOf(features[row * channels + channel], range, FEATURE_LEVELS);
    return toDifferences(bytes, before);
  });
  const network = await encodeNetwork(spec, codedLayers(spec), (name) => field.read(name));

  const head: BakedHead = {
    about,
    seed,
    spec: { ...spec, representation: denseSpec(channels) } as BakedHead['spec'],
    density: densities.range,
    features: ranges,
    thumbnails: thumbnails.map(({ length }) => length),
  };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const flags = [occupancy, stored, Uint8Array.from(points, (point) => coloured[point])].map(packBits);
  const planes = planesOf(toDifferences(densities.levels, neighboursBefore(stored, spec.grid.size)));
  return [prelude(), await gzip([uint32(json.length), json, ...flags, planes, ...levels, ...network, ...thumbnails])];
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

/** Levels of the densities at the points, and the density [V] with what they stand for in its place. */
function levelsOf(density: Float32Array, points: Uint32Array): { range: Range; levels: Uint16Array<ArrayBuffer>; shown: Float32Array } {
  const range = rangeOf(density, points);
  const levels = new Uint16Array(points.length);
  const shown = density.slice();
  points.forEach((point, i) => {
    levels[i] = levelOf(density[point], range, DENSITY_LEVELS);
    shown[point] = valueOf(levels[i], range, DENSITY_LEVELS);
  });
  return { range, levels, shown };
}

/** Low bytes of all words, then high bytes. */
function planesOf(words: Uint16Array): Uint8Array<ArrayBuffer> {
  const n = words.length;
  const planes = new Uint8Array(2 * n);
  for (let i = 0; i < n; i++) {
    planes[i] = words[i] & 255;
    planes[n + i] = words[i] >> 8;
  }
  return planes;
}
