/**
 * Dense grids (DVGO): raw density s [V] and features [V,C] at every point of the lattice, trilinear in between.
 *
 *     s(p) = sum_k w_k s_k        f(p) = sum_k w_k f_k        over the 8 points k around p
 */
import { z } from 'zod';
import { voxelCount, type GridSpec } from '../../geometry/grid.ts';
import { interpolated } from '../../lattice/place.ts';
import { resampleGrid } from '../../lattice/resample-grid.ts';
import { spaceOf } from '../../spaces/index.ts';
import type { Representation, RepresentationSpec, TensorValues } from './representation.ts';

export interface DenseSpec extends RepresentationSpec {
  readonly kind: 'dense';
  /** C: 12 with a network, 3 without one. */
  readonly channels: number;
}

/** Names of its tensors: [V], [V,C]. */
export const [DENSITY, FEATURES] = ['density', 'features'] as const;

/** Points along an edge of the grid that DVGO's weights are given for. */
const REFERENCE_POINTS = 128;
const NEIGHBOURS = 6;

const CORNERS = 8;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

export function denseSpec(channels: number): DenseSpec {
  return { kind: 'dense', channels };
}

export const dense: Representation<DenseSpec> = {
  kind: 'dense',
  schema: z.strictObject({ kind: z.literal('dense'), channels: z.number().int().min(1).max(64) }),
  standard: denseSpec,
  backends: ['tfjs', 'wasm', 'webgpu'],
  bind: ({ channels }) => ({
    features: channels,
    tensors: ({ grid: { size } }) => {
      const [x, y, z] = size;
      return [
        { name: DENSITY, shape: [z, y, x], group: 'density', onLattice: true },
        { name: FEATURES, shape: [z, y, x, channels], group: 'features', onLattice: true },
      ];
    },
    initial: ({ space, grid }): TensorValues => {
      const density = spaceOf(space).initialDensity(grid);
      return density === null ? {} : { [DENSITY]: density };
    },
    resize: (values, from, to) => ({
      [DENSITY]: resampleGrid(values[DENSITY], from, to, 1),
      [FEATURES]: resampleGrid(values[FEATURES], from, to, channels),
    }),
    densities: (_lattice, values) => values[DENSITY],
    withDensities: (_lattice, densities) => ({ [DENSITY]: densities }),
    ofPoints: (_lattice, densities, featuresAt) => ({ [DENSITY]: densities, [FEATURES]: featuresAt() }),
    densityAt: (_lattice, values) => interpolated(values[DENSITY]),
    featuresAt: ({ grid }, values, points) => {
      const features = values[FEATURES];
      if (points === undefined) return features.slice(0, voxelCount(grid) * channels);
      const rows = new Float32Array(points.length * channels);
      points.forEach((point, i) => rows.set(features.subarray(point * channels, (point + 1) * channels), i * channels));
      return rows;
    },
    variationScale: neighbourScale,
    work: {
      // Seven linear interpolations, each a subtraction and a MAC.
      density: { macs: 7, multiplications: 0, additions: 7, bytes: CORNERS * FLOAT },
      // The weights of the corners, then a MAC a corner and channel.
      features: { macs: CORNERS * channels, multiplications: 16, additions: 3, bytes: CORNERS * channels * FLOAT },
    },
  }),
};

/** Factor of the clamped difference to one neighbour on the lattice. */
function neighbourScale(weight: number, { size }: GridSpec, rays: number): number {
  return ((weight / rays) * Math.max(...size)) / REFERENCE_POINTS / NEIGHBOURS;
}
