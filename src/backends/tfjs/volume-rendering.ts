/**
 * From grids to the weights and features of samples (docs/model.md, sections 1 and 2), differentiable.
 *
 *     sigma_i = interval softplus(s_i + b)        the optical depth of step i, so that
 *     alpha_i = 1 - exp(-sigma_i)                 = 1 - (1 + exp(s_i + b))^(-interval)
 *     T_i     = exp(-sum_{j<i} sigma_j)           = prod_{j<i} (1 - alpha_j)
 *     w_i     = T_i alpha_i
 */
import type { PackedSamples } from '../../../renderer/march.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { gatherRows } from './custom-gradients.ts';
import { layoutByRay, toPacked, toPadded } from './padded-layout.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

export interface RayWeights {
  /** [D] of the density samples */
  readonly weights: Tensor;
  /** [N] what is left behind the last sample */
  readonly lastTransmittance: Tensor;
}

/**
 * Weights of all density samples.
 *
 * @param density [V]
 * @param samples with D > 0
 */
export function rayWeights(tf: TensorFlow, spec: FieldSpec, density: Tensor, samples: PackedSamples): RayWeights {
  const s = interpolate(tf, tf.reshape(density, [-1, 1]), samples.corners, samples.cornerWeights);
  const opticalDepth = tf.mul(tf.softplus(tf.add(s, spec.densityShift)), spec.interval);
  const layout = layoutByRay(samples.densityOffsets);
  const sigma = tf.reshape(toPadded(tf, opticalDepth, layout), [layout.rows, layout.columns]);
  const alpha = tf.neg(tf.expm1(tf.neg(sigma)));
  const transmittance = tf.exp(tf.neg(tf.cumsum(sigma, 1, true)));
  return {
    weights: tf.reshape(toPacked(tf, tf.mul(transmittance, alpha), layout), [-1]),
    lastTransmittance: tf.exp(tf.neg(tf.sum(sigma, 1))),
  };
}

/**
 * Features of the network samples.
 *
 * @param features [V,C]
 * @param samples with M > 0
 * @returns [M,C]
 */
export function sampleFeatures(tf: TensorFlow, features: Tensor, samples: PackedSamples): Tensor {
  const corners = new Int32Array(samples.networkRows.length * 8);
  const weights = new Float32Array(samples.networkRows.length * 8);
  samples.networkRows.forEach((row, i) => {
    corners.set(samples.corners.subarray(row * 8, row * 8 + 8), i * 8);
    weights.set(samples.cornerWeights.subarray(row * 8, row * 8 + 8), i * 8);
  });
  return interpolate(tf, features, corners, weights);
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

/**
 * Sums the rows of each ray.
 *
 * @param packed [M,C]
 * @param offsets [N+1]
 * @returns [N,C]
 */
export function sumByRay(tf: TensorFlow, packed: Tensor, offsets: Int32Array): Tensor {
  return tf.sum(toPadded(tf, packed, layoutByRay(offsets)), 1);
}
