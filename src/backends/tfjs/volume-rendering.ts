/**
 * From the densities of samples to their weights (docs/model.md, sections 1 and 2), differentiable.
 *
 *     sigma_i = interval softplus(s_i + b)        the optical depth of step i, so that
 *     alpha_i = 1 - exp(-sigma_i)                 = 1 - (1 + exp(s_i + b))^(-interval)
 *     T_i     = exp(-sum_{j<i} sigma_j)           = prod_{j<i} (1 - alpha_j)
 *     w_i     = T_i alpha_i
 */
import type { PackedSamples } from '../../../renderer/march.ts';
import type { Lattice } from '../../lattice/lattice.ts';
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
 * @param density [D] raw
 * @param samples with D > 0
 */
export function rayWeights(tf: TensorFlow, lattice: Lattice, density: Tensor, samples: PackedSamples): RayWeights {
  const opticalDepth = tf.mul(tf.softplus(tf.add(tf.reshape(density, [-1, 1]), lattice.densityShift)), lattice.interval);
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
 * Sums the rows of each ray.
 *
 * @param packed [M,C]
 * @param offsets [N+1]
 * @returns [N,C]
 */
export function sumByRay(tf: TensorFlow, packed: Tensor, offsets: Int32Array): Tensor {
  return tf.sum(toPadded(tf, packed, layoutByRay(offsets)), 1);
}
