import { beforeAll, describe, expect, it } from 'vitest';
import { applyHeld, passStraight, stopGradient } from '../../src/backends/tfjs/custom-gradients.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';

let tf: TensorFlow;
/** Every operation refuses tensors that were freed, as native backends do. */
let strict: TensorFlow;

beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
  strict = new Proxy(tf, {
    get: (library, name) => {
      const found: unknown = Reflect.get(library, name);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]): unknown => {
        for (const value of given.flat())
          if (value instanceof tf.Tensor && value.isDisposed) throw new Error(`${String(name)} of a freed tensor`);
        return (found as (...all: unknown[]) => unknown)(...given);
      };
    },
  });
});

/** d sum(f(x)) / d x at x = (1, -2). */
function gradientOf(f: (x: Tensor) => Tensor): number[] {
  return [
    ...tf
      .grad((x) => tf.sum(f(x)))(tf.tensor1d([1, -2]))
      .dataSync(),
  ];
}

describe('gradients of values that were computed on the way', () => {
  it('pass straight through the proxy', () => {
    expect(gradientOf((x) => passStraight(strict, tf.mul(x, 2), tf.mul(x, 3)))).toEqual([3, 3]);
  });

  it('do not pass what is held', () => {
    expect(
      gradientOf((x) =>
        tf.mul(
          x,
          applyHeld(strict, [tf.mul(x, 5)], (v) => tf.square(v)),
        ),
      ),
    ).toEqual([25, 100]);
  });

  it('do not pass a stop', () => {
    expect(gradientOf((x) => tf.mul(x, stopGradient(strict, tf.mul(x, 5))))).toEqual([5, -10]);
  });
});
