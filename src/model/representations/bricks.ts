/**
 * The numbers of dense grids (dense.ts) in bricks that exist only where the occupancy lets samples read: raw density s [N,4,4,4] and features
 * [N,4,4,4,C], trilinear in between as there. A point that does not exist is empty: s = -10, features 0; samples and total variation that meet it find
 * that, and nothing changes it. Which bricks exist is part of the spec: it changes when the occupancy is refreshed and when the grid is scaled.
 */
import { z } from 'zod';
import { fromBase64, toBase64 } from '../../io/base64.ts';
import { packBits, unpackBits } from '../../io/bits.ts';
import { voxelCount, type GridSpec } from '../../geometry/grid.ts';
import { BRICK_POINTS, BRICK_SIDE, brickPlaces, BrickTable, neededBricks } from '../../lattice/bricks.ts';
import { alignAxis } from '../../lattice/resample-grid.ts';
import { spaceOf } from '../../spaces/index.ts';
import { DENSITY, FEATURES, dense, denseSpec } from './dense.ts';
import type { Representation, RepresentationSpec, TensorValues } from './representation.ts';

export interface BricksSpec extends RepresentationSpec {
  readonly kind: 'bricks';
  readonly channels: number;
  /** Memory is reserved for this share of all bricks. */
  readonly share: number;
  /** N: how many exist. */
  readonly count: number;
  /** Which: a bit a brick of the grid, lowest first, in base64. '': none. */
  readonly places: string;
}

/** Raw density of points that do not exist: with any shift up to 0 and interval up to 1 an alpha below 5e-5. */
export const EMPTY_DENSITY = -10;

/** What to do where they need more room than there is. Finer grids need a smaller share of their bricks, not a larger one. */
export function moreRoom({ count }: BricksSpec, { size }: GridSpec): string {
  const share = Math.min(1, Math.ceil((20 * count) / brickPlaces(size) + 1) / 20);
  return (
    `Train with --set field.share=${share}, or go on from the last checkpoint with spikeray resume RUN --share ${share}; ` +
    'if memory does not allow that, use fewer voxels with it (--set fine.voxels=...).'
  );
}

/** None exist: BoundRepresentation.partial says which should. */
export function bricksSpec(channels: number, share: number): BricksSpec {
  return { kind: 'bricks', channels, share, count: 0, places: '' };
}

const tables = new WeakMap<BricksSpec, BrickTable>();

/** Of a grid that the bricks fit. */
export function brickTable(spec: BricksSpec, { size }: GridSpec): BrickTable {
  const known = tables.get(spec);
  if (known !== undefined && known.size.every((points, axis) => points === size[axis])) return known;
  const count = brickPlaces(size);
  const table = new BrickTable(size, spec.places === '' ? new Uint8Array(count) : unpackBits(fromBase64(spec.places), count));
  tables.set(spec, table);
  return table;
}

function fits(spec: BricksSpec, grid: GridSpec): boolean {
  const bytes = spec.places === '' ? 0 : Math.ceil(brickPlaces(grid.size) / 8);
  return fromBase64(spec.places).length === bytes && brickTable(spec, grid).places.length === spec.count;
}

/** @param exists [places] 0 or 1 */
function withBricks(spec: BricksSpec, exists: Uint8Array): BricksSpec {
  let count = 0;
  for (const flag of exists) count += flag;
  const places = toBase64(packBits(exists));
  return places === spec.places ? spec : { ...spec, count, places };
}

export const bricks: Representation<BricksSpec> = {
  kind: 'bricks',
  schema: z.strictObject({
    kind: z.literal('bricks'),
    channels: z.number().int().min(1).max(64),
    share: z.number().gt(0).max(1),
    count: z.number().int().min(0),
    places: z.base64(),
  }),
  standard: (channels) => bricksSpec(channels, 1),
  backends: ['wasm', 'webgpu', 'tfjs'],
  bind: (spec) => {
    const { channels } = spec;
    const inBrick = [BRICK_SIDE, BRICK_SIDE, BRICK_SIDE];
    return {
      features: channels,
      tensors: () => [
        { name: DENSITY, shape: [spec.count, ...inBrick], group: 'density', onLattice: false, skipsZeros: true },
        { name: FEATURES, shape: [spec.count, ...inBrick, channels], group: 'features', onLattice: false, skipsZeros: true },
      ],
      initial: ({ space, grid }): TensorValues => {
        const density = spaceOf(space).initialDensity(grid);
        return density === null ? {} : { [DENSITY]: rowsOf(brickTable(spec, grid), density) };
      },
      resize: (values, from, to, target = spec) => {
        const tables = [brickTable(spec, from), brickTable(target as BricksSpec, to)] as const;
        return {
          [DENSITY]: resampleBricks(values[DENSITY], from, to, ...tables, 1, EMPTY_DENSITY),
          [FEATURES]: resampleBricks(values[FEATURES], from, to, ...tables, channels, 0),
        };
      },
      densities: ({ grid }, values) => {
        const densities = new Float32Array(voxelCount(grid)).fill(EMPTY_DENSITY);
        forEachPoint(brickTable(spec, grid), (row, point) => (densities[point] = values[DENSITY][row]));
        return densities;
      },
      withDensities: ({ grid }, densities) => ({ [DENSITY]: rowsOf(brickTable(spec, grid), densities) }),
      ofPoints: ({ grid }, densities, featuresAt) => {
        const table = brickTable(spec, grid);
        const [rows, points] = [new Int32Array(table.rows), new Uint32Array(table.rows)];
        let count = 0;
        forEachPoint(table, (row, point) => {
          rows[count] = row;
          points[count++] = point;
        });
        const given = featuresAt(points.subarray(0, count));
        const features = new Float32Array(table.rows * channels);
        for (let i = 0; i < count; i++) features.set(given.subarray(i * channels, (i + 1) * channels), rows[i] * channels);
        return { [DENSITY]: rowsOf(table, densities), [FEATURES]: features };
      },
      densityAt: ({ grid }, values) => {
        const table = brickTable(spec, grid);
        return ({ corners, weights }) => {
          let s = 0;
          for (let k = 0; k < 8; k++) {
            const row = table.rowOf(corners[k]);
            s += weights[k] * (row < 0 ? EMPTY_DENSITY : values[DENSITY][row]);
          }
          return s;
        };
      },
      featuresAt: ({ grid }, values, points) => {
        const table = brickTable(spec, grid);
        const count = points?.length ?? voxelCount(grid);
        const features = new Float32Array(count * channels);
        for (let i = 0; i < count; i++) {
          const row = table.rowOf(points === undefined ? i : points[i]);
          if (row >= 0) features.set(values[FEATURES].subarray(row * channels, (row + 1) * channels), i * channels);
        }
        return features;
      },
      variationScale: dense.bind(denseSpec(channels)).variationScale,
      work: dense.bind(denseSpec(channels)).work,
      partial: {
        settings: { kind: 'bricks', channels } as RepresentationSpec,
        fits: ({ grid }) => fits(spec, grid),
        moreRoom: ({ grid }) => moreRoom(spec, grid),
        within: ({ grid: { size } }, occupancy) => withBricks(spec, neededBricks(size, occupancy)),
        most: ({ grid: { size } }) => {
          const places = brickPlaces(size);
          return withBricks(spec, new Uint8Array(places).fill(1, 0, Math.floor(spec.share * places)));
        },
        rowsBefore: ({ grid }, before) => {
          const { numbers } = brickTable(before as BricksSpec, grid);
          const rows = new Int32Array(spec.count * BRICK_POINTS);
          brickTable(spec, grid).places.forEach((place, brick) => {
            for (let i = 0; i < BRICK_POINTS; i++)
              rows[brick * BRICK_POINTS + i] = numbers[place] < 0 ? -1 : numbers[place] * BRICK_POINTS + i;
          });
          return rows;
        },
      },
    };
  },
};

/** Visits the rows that are points of the lattice, and tells which points. */
function forEachPoint(table: BrickTable, visit: (row: number, point: number) => void): void {
  const [nx, ny] = table.size;
  table.forEach((row, x, y, z) => {
    visit(row, x + nx * (y + ny * z));
  });
}

/** Values [V] of the lattice at the rows. */
function rowsOf(table: BrickTable, values: Float32Array): Float32Array {
  const rows = new Float32Array(table.rows);
  forEachPoint(table, (row, point) => (rows[row] = values[point]));
  return rows;
}

/** As resampleGrid does, from bricks to bricks: [rows of a, C] -> [rows of b, C]. */
function resampleBricks(
  source: Float32Array,
  from: GridSpec,
  to: GridSpec,
  a: BrickTable,
  b: BrickTable,
  channels: number,
  empty: number,
): Float32Array {
  const target = new Float32Array(b.rows * channels);
  const [xs, ys, zs] = [0, 1, 2].map((axis) => alignAxis(from, to, axis));
  // Where the channels of each corner begin in `source`; beyond its end: there is no such point.
  const places = new Int32Array(8);
  b.forEach((row, x, y, z) => {
    for (let k = 0; k < 8; k++) {
      const corner = a.rowAt(xs.base[x] + (k & 1), ys.base[y] + ((k >> 1) & 1), zs.base[z] + (k >> 2));
      places[k] = corner < 0 ? source.length : corner * channels;
    }
    const fx = xs.fraction[x];
    const fy = ys.fraction[y];
    const fz = zs.fraction[z];
    const w00 = (1 - fy) * (1 - fz);
    const w10 = fy * (1 - fz);
    const w01 = (1 - fy) * fz;
    const w11 = fy * fz;
    const [p0, p1, p2, p3, p4, p5, p6, p7] = places;
    const out = row * channels;
    for (let c = 0; c < channels; c++) {
      const left =
        w00 * (source[p0 + c] ?? empty) +
        w10 * (source[p2 + c] ?? empty) +
        w01 * (source[p4 + c] ?? empty) +
        w11 * (source[p6 + c] ?? empty);
      const right =
        w00 * (source[p1 + c] ?? empty) +
        w10 * (source[p3 + c] ?? empty) +
        w01 * (source[p5 + c] ?? empty) +
        w11 * (source[p7 + c] ?? empty);
      target[out + c] = left + fx * (right - left);
    }
  });
  return target;
}
