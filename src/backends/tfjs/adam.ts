/**
 * Adam (Kingma and Ba, 2015; docs/model.md, section 5):
 *
 *     m = b1 m + (1-b1) g      v = b2 v + (1-b2) g^2      p -= lr rate sqrt(1-b2^t)/(1-b1^t) m / (sqrt(v) + eps)
 *
 * For the grids, a scalar whose gradient is exactly 0 keeps value and moments (DVGO's "skip zero-grad").
 */
import type { StepSettings } from '../../engine/backend.ts';
import { biasCorrection } from '../shared/bias-correction.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

export type AdamState = Readonly<Record<'parameter' | 'm' | 'v', Tensor>>;

export interface AdamStep {
  readonly adam: StepSettings['adam'];
  /** t = 1, 2, ... */
  readonly adamStep: number;
  readonly learningRate: number;
  /** Factor on the learning rate, broadcast to the parameter; null: 1 */
  readonly rate: Tensor | null;
  readonly skipZeroGradients: boolean;
}

/** The state after one step; all tensors have the shape of `gradient`. */
export function adamStep(tf: TensorFlow, old: AdamState, gradient: Tensor, settings: AdamStep): AdamState {
  const { beta1, beta2, epsilon } = settings.adam;
  const m = tf.add(tf.mul(old.m, beta1), tf.mul(gradient, 1 - beta1));
  const v = tf.add(tf.mul(old.v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const size = tf.mul(settings.learningRate * biasCorrection(settings), settings.rate ?? 1);
  const parameter = tf.sub(old.parameter, tf.div(tf.mul(size, m), tf.add(tf.sqrt(v), epsilon)));
  if (!settings.skipZeroGradients) return { parameter, m, v };
  const touched = tf.notEqual(gradient, 0);
  return {
    parameter: tf.where(touched, parameter, old.parameter),
    m: tf.where(touched, m, old.m),
    v: tf.where(touched, v, old.v),
  };
}
