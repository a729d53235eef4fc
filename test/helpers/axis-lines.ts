/**
 * A representation of a program's own, as small as they get: density and features are sums of numbers along the axes,
 *
 *     s(p) = a_x(p) + a_y(p) + a_z(p)        f(p) = b_x(p) + b_y(p) + b_z(p)
 *
 * each linear between the n_x + n_y + n_z points of the axes, one behind the other: lineDensity [L], lineFeatures [L,F].
 */
import { z } from 'zod';
import {
  gatherRows,
  type Lattice,
  type Representation,
  type RepresentationSpec,
  type TensorValues,
  type TfjsRepresentation,
} from '../../src/index.ts';

export interface AxisLinesSpec extends RepresentationSpec {
  readonly kind: 'axis-lines';
  readonly features: number;
}

type Vector = readonly [number, number, number];

/** The two points of each axis around grid coordinates, and their weights: 6 of each. */
function around(size: Vector, at: ArrayLike<number>): { points: number[]; weights: number[] } {
  const points: number[] = [];
  const weights: number[] = [];
  let first = 0;
  for (let axis = 0; axis < 3; axis++) {
    const base = Math.min(Math.floor(at[axis]), size[axis] - 2);
    points.push(first + base, first + base + 1);
    weights.push(1 - (at[axis] - base), at[axis] - base);
    first += size[axis];
  }
  return { points, weights };
}

function sumAt(values: Float32Array, { points, weights }: ReturnType<typeof around>, channels = 1, channel = 0): number {
  return points.reduce((sum, point, i) => sum + weights[i] * values[point * channels + channel], 0);
}

/** Along each axis by itself; boxes that differ are taken to be the same. */
function stretch(values: Float32Array, from: Vector, to: Vector, channels: number): Float32Array {
  const out: number[] = [];
  for (let axis = 0; axis < 3; axis++)
    for (let i = 0; i < to[axis]; i++)
      for (let c = 0; c < channels; c++) {
        const at = [0, 0, 0];
        at[axis] = (i * (from[axis] - 1)) / (to[axis] - 1);
        const { points, weights } = around(from, at);
        out.push([0, 1].reduce((sum, side) => sum + weights[2 * axis + side] * values[points[2 * axis + side] * channels + c], 0));
      }
  return Float32Array.from(out);
}

const coordinates = ({ grid: { size } }: Lattice, point: number): Vector => [
  point % size[0],
  Math.floor(point / size[0]) % size[1],
  Math.floor(point / (size[0] * size[1])),
];
const pointsOf = ({ grid: { size } }: Lattice): Uint32Array => Uint32Array.from({ length: size[0] * size[1] * size[2] }, (_, i) => i);

export const axisLines: Representation<AxisLinesSpec> = {
  kind: 'axis-lines',
  schema: z.strictObject({ kind: z.literal('axis-lines'), features: z.number().int().min(1) }),
  standard: (features) => ({ kind: 'axis-lines', features }),
  backends: ['tfjs'],
  bind: ({ features }) => ({
    features,
    tensors: ({ grid: { size } }) => {
      const points = size[0] + size[1] + size[2];
      return [
        { name: 'lineDensity', shape: [points], group: 'density', onLattice: false },
        { name: 'lineFeatures', shape: [points, features], group: 'features', onLattice: false },
      ];
    },
    initial: () => ({}),
    resize: (values, from, to): TensorValues => ({
      lineDensity: stretch(values.lineDensity, from.size, to.size, 1),
      lineFeatures: stretch(values.lineFeatures, from.size, to.size, features),
    }),
    densities: (lattice, values) =>
      Float32Array.from(pointsOf(lattice), (point) => sumAt(values.lineDensity, around(lattice.grid.size, coordinates(lattice, point)))),
    withDensities: () => null,
    densityAt: (lattice, values) => (place) => sumAt(values.lineDensity, around(lattice.grid.size, place.coordinates)),
    featuresAt: (lattice, values, points = pointsOf(lattice)) =>
      Float32Array.from({ length: points.length * features }, (_, i) => {
        const at = coordinates(lattice, points[Math.floor(i / features)]);
        return sumAt(values.lineFeatures, around(lattice.grid.size, at), features, i % features);
      }),
    work: {
      density: { macs: 6, multiplications: 0, additions: 3, bytes: 24 },
      features: { macs: 6 * features, multiplications: 0, additions: 3, bytes: 24 * features },
    },
  }),
};

export const axisLinesOnTfjs: TfjsRepresentation = {
  density: (tf, spec, { lineDensity }, samples) => {
    const rows = Array.from({ length: samples.stepIndex.length }, (_, row) => row);
    return tf.reshape(sumOfLines(tf, spec, tf.reshape(lineDensity, [-1, 1]), samples, rows), [-1]);
  },
  features: (tf, spec, { lineFeatures }, samples) => sumOfLines(tf, spec, lineFeatures, samples, [...samples.networkRows]),
};

type Parameters4 = Parameters<TfjsRepresentation['density']>;

function sumOfLines(
  tf: Parameters4[0],
  { grid: { size } }: Parameters4[1],
  lines: Parameters4[2][string],
  samples: Parameters4[3],
  rows: readonly number[],
): ReturnType<TfjsRepresentation['density']> {
  const places = rows.map((row) => around(size, samples.coordinates.subarray(row * 3, row * 3 + 3)));
  const values = gatherRows(tf, lines, Int32Array.from(places.flatMap(({ points }) => points)));
  const weights = tf.tensor3d(
    places.flatMap((place) => place.weights),
    [rows.length, 6, 1],
  );
  return tf.sum(tf.mul(tf.reshape(values, [rows.length, 6, lines.shape[1]!]), weights), 1);
}
