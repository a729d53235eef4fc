/** Dense grids (model/representations/dense.ts): density and features interpolated trilinearly between the 8 points around a sample. */
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import type { PackedSamples } from '../../../../renderer/march.ts';
import { gatherRows } from '../custom-gradients.ts';
import type { Tensor, TensorFlow } from '../tensorflow.ts';
import { addTotalVariation } from '../total-variation.ts';
import type { TfjsRepresentation } from './representation.ts';

export const dense: TfjsRepresentation = {
  density: (tf, _spec, parameters, { corners, cornerWeights }) =>
    tf.reshape(interpolate(tf, tf.reshape(parameters[DENSITY], [-1, 1]), corners, cornerWeights), [-1]),
  features: (tf, _spec, parameters, samples) => {
    const { corners, weights } = networkCorners(samples);
    return interpolate(tf, parameters[FEATURES], corners, weights);
  },
  penalised: (tf, { group }, value, gradient, { densityVariation, featureVariation, denseVariation }, { grid: { size } }) => {
    const scale = group === 'density' ? densityVariation : featureVariation;
    return scale === 0 ? gradient : addTotalVariation(tf, value, size, gradient, scale, denseVariation === 1);
  },
};

/** [M,8] grid points around the network samples, and their weights. */
export function networkCorners({ networkRows, corners, cornerWeights }: PackedSamples): { corners: Int32Array; weights: Float32Array } {
  const around = { corners: new Int32Array(networkRows.length * 8), weights: new Float32Array(networkRows.length * 8) };
  networkRows.forEach((row, i) => {
    around.corners.set(corners.subarray(row * 8, row * 8 + 8), i * 8);
    around.weights.set(cornerWeights.subarray(row * 8, row * 8 + 8), i * 8);
  });
  return around;
}

/**
 * Trilinear interpolation.
 *
 * @param grid [V,C]
 * @param corners [K,8] grid points
 * @param cornerWeights [K,8]
 * @returns [K,C]
 */
export function interpolate(tf: TensorFlow, grid: Tensor, corners: Int32Array, cornerWeights: Float32Array): Tensor {
  const channels = grid.shape[1]!;
  const values = tf.reshape(gatherRows(tf, grid, corners), [-1, 8, channels]);
  return tf.sum(tf.mul(values, tf.tensor3d(cornerWeights, [corners.length / 8, 8, 1])), 1);
}
