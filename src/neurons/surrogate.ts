/**
 * Surrogate gradients: the step function fires, the derivative of a smooth function, its primitive, stands in for its own.
 *
 *     sigmoid (SpikingJelly):   primitive s(x) = 1 / (1 + exp(-a x))      derivative a s (1 - s)          x = H - threshold
 */
import type { Tensor, TensorFlow } from '../backends/tfjs/tensorflow.ts';

export interface Surrogate {
  primitive(tf: TensorFlow, x: Tensor): Tensor;
  derivative(tf: TensorFlow, x: Tensor): Tensor;
}

export function sigmoidSurrogate(alpha: number): Surrogate {
  const primitive = (tf: TensorFlow, x: Tensor): Tensor => tf.sigmoid(tf.mul(x, alpha));
  return {
    primitive,
    derivative: (tf, x) => {
      const s = primitive(tf, x);
      return tf.mul(alpha, tf.mul(s, tf.sub(1, s)));
    },
  };
}
