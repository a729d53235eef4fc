/** Dense grids in bricks (model/representations/bricks.ts): the rows that exist, then one for all points that do not, which never learns. */
import type { BrickTable } from '../../../lattice/bricks.ts';
import type { FieldSpec } from '../../../model/field-spec.ts';
import { voxelCount } from '../../../geometry/grid.ts';
import { brickTable, EMPTY_DENSITY, type BricksSpec } from '../../../model/representations/bricks.ts';
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import { gatherRows, gatherRowsOrZero } from '../custom-gradients.ts';
import type { Tensor, TensorFlow } from '../tensorflow.ts';
import { addTotalVariation } from '../total-variation.ts';
import { interpolate, networkCorners } from './dense.ts';
import type { TfjsRepresentation } from './representation.ts';

export const bricks: TfjsRepresentation = {
  density: (tf, spec, parameters, { corners, cornerWeights }) =>
    tf.reshape(
      interpolate(tf, withEmpty(tf, parameters[DENSITY], 1, EMPTY_DENSITY), corners.map(rowFinder(tableOf(spec))), cornerWeights),
      [-1],
    ),
  features: (tf, spec, parameters, samples) => {
    const { corners, weights } = networkCorners(samples);
    const channels = (spec.representation as BricksSpec).channels;
    return interpolate(tf, withEmpty(tf, parameters[FEATURES], channels, 0), corners.map(rowFinder(tableOf(spec))), weights);
  },
  /** On the whole lattice, of which the rows are taken. */
  penalised: (tf, { group, shape }, value, gradient, { densityVariation, featureVariation, denseVariation }, spec) => {
    const [scale, empty] = group === 'density' ? [densityVariation, EMPTY_DENSITY] : [featureVariation, 0];
    if (scale === 0) return gradient;
    const channels = shape[4] ?? 1;
    const table = tableOf(spec);
    const rows = Int32Array.from({ length: voxelCount(spec.grid) }, (_, point) => point).map(rowFinder(table));
    const onLattice = (tensor: Tensor, elsewhere: number): Tensor => gatherRows(tf, withEmpty(tf, tensor, channels, elsewhere), rows);
    const values = onLattice(value, empty);
    const varied = addTotalVariation(tf, values, spec.grid.size, onLattice(gradient, 0), scale, denseVariation === 1);
    return tf.reshape(gatherRowsOrZero(tf, varied, pointsOf(table)), gradient.shape);
  },
};

function tableOf({ representation, grid }: FieldSpec): BrickTable {
  return brickTable(representation as BricksSpec, grid);
}

/** [rows + 1, channels] */
function withEmpty(tf: TensorFlow, tensor: Tensor, channels: number, empty: number): Tensor {
  return tf.concat([tf.reshape(tensor, [-1, channels]), tf.fill([1, channels], empty)], 0);
}

function rowFinder(table: BrickTable): (point: number) => number {
  return (point) => {
    const row = table.rowOf(point);
    return row < 0 ? table.rows : row;
  };
}

/** The points of the rows; -1: beyond the lattice. */
function pointsOf(table: BrickTable): Int32Array {
  const points = new Int32Array(table.rows).fill(-1);
  const [nx, ny] = table.size;
  table.forEach((row, x, y, z) => (points[row] = x + nx * (y + ny * z)));
  return points;
}
