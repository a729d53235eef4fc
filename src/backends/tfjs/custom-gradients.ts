/**
 * Operations whose gradient is not that of their value, or that tfjs lacks one for. A gradient reads its own argument and what was saved, never a
 * tensor that the forward pass happened to see: backends free those (tfjs-node does).
 */
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** sg(x): the value of x, no gradient. */
export function stopGradient<T extends Tensor>(tf: TensorFlow, x: T): T {
  const stopped = tf.customGrad((value) => ({ value: (value as Tensor).clone(), gradFunc: (dy: Tensor) => tf.zerosLike(dy) }));
  return stopped(x) as T;
}

/** A function of tensors that counts as constant: no gradient passes. */
export function applyHeld(tf: TensorFlow, inputs: Tensor[], compute: (...values: Tensor[]) => Tensor): Tensor {
  const held = tf.customGrad((...all) => {
    const values = all.slice(0, inputs.length) as Tensor[];
    const shapes = values.map(({ shape }) => shape);
    return {
      value: compute(...values).clone(),
      gradFunc: () => shapes.map((shape) => tf.zeros(shape)),
    };
  });
  return held(...inputs);
}

/** Plain data that is computed outside of automatic differentiation: none of its operations is recorded, none of its tensors is kept. */
export function untaped<T>(tf: TensorFlow, compute: () => T): T {
  let result: { readonly data: T } | null = null;
  tf.customGrad(() => {
    tf.tidy(() => void (result = { data: compute() }));
    return { value: tf.scalar(0), gradFunc: () => [] };
  })();
  return result!.data;
}

/** `value` with the gradient of `proxy`; their shapes are equal. */
export function passStraight(tf: TensorFlow, value: Tensor, proxy: Tensor): Tensor {
  const pass = tf.customGrad((v) => ({
    value: (v as Tensor).clone(),
    gradFunc: (dy: Tensor) => [tf.zerosLike(dy), dy],
  }));
  return pass(value, proxy);
}

/**
 * 1[x >= threshold] with the gradient of another function in place of its own.
 *
 * @param surrogate derivative of that function at x
 */
export function heaviside(tf: TensorFlow, x: Tensor, threshold: number, surrogate: (x: Tensor) => Tensor): Tensor {
  const spike = tf.customGrad((value, save) => {
    const potential = value as Tensor;
    (save as (tensors: Tensor[]) => void)([potential]);
    return {
      value: tf.cast(tf.greaterEqual(potential, threshold), 'float32'),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, surrogate(saved)),
    };
  });
  return spike(x);
}

/** 1[noise < x]; the gradient passes straight through. Shapes of `noise` and `x` are equal. */
export function bernoulli(tf: TensorFlow, x: Tensor, noise: Tensor): Tensor {
  const spike = tf.customGrad((value) => ({
    value: tf.cast(tf.less(noise, value as Tensor), 'float32'),
    gradFunc: (dy: Tensor) => dy,
  }));
  return spike(x);
}

/**
 * Rows of a table. The gradient adds up the rows that were taken more than once.
 *
 * @param table [V,C]
 * @param rows [K] with K > 0
 * @returns [K,C]
 */
export function gatherRows(tf: TensorFlow, table: Tensor, rows: Int32Array): Tensor {
  const gather = tf.customGrad((value) => ({
    value: tf.gather(value as Tensor, tf.tensor1d(rows, 'int32')),
    gradFunc: (dy: Tensor) => tf.scatterND(tf.tensor2d(rows, [rows.length, 1], 'int32'), dy, table.shape),
  }));
  return gather(table);
}

/** As `gatherRows`, where row -1 is a row of zeros. */
export function gatherRowsOrZero(tf: TensorFlow, table: Tensor, rows: Int32Array): Tensor {
  const [count, ...rest] = table.shape;
  const extended = tf.concat([table, tf.zeros([1, ...rest])], 0);
  return gatherRows(
    tf,
    extended,
    rows.map((row) => (row < 0 ? count : row)),
  );
}
