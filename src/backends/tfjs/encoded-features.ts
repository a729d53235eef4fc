/** Sines and cosines of the features (model/feature-encoding.ts) as tensor code. */
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** [M, C (1 + 2 n)] of features [M,C] (model/feature-encoding.ts). */
export function encodedFeatures(tf: TensorFlow, features: Tensor, frequencies: number): Tensor {
  if (frequencies === 0) return features;
  const [count, channels] = features.shape as [number, number];
  const scales = Float32Array.from({ length: frequencies }, (_, k) => 2 ** k);
  const scaled = tf.reshape(tf.mul(tf.reshape(features, [count, channels, 1]), tf.tensor1d(scales)), [count, channels * frequencies]);
  return tf.concat([features, tf.sin(scaled), tf.cos(scaled)], 1);
}
