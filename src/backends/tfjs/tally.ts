/** Exact counts of a hidden layer's outputs. */
import type { Tensor, TensorFlow } from './tensorflow.ts';

export interface LayerTally {
  /** [R] spikes of each sequence; of analogue neurons those that are active. */
  readonly spikes: Int32Array;
  active: number;
  negative: number;
  bits: number;
}

export function emptyTally(sequences: number): LayerTally {
  return { spikes: new Int32Array(sequences), active: 0, negative: 0, bits: 0 };
}

/** Adds `more` to `sum`. */
export function addTally(sum: LayerTally, more: LayerTally): void {
  more.spikes.forEach((count, sequence) => (sum.spikes[sequence] += count));
  sum.active += more.active;
  sum.negative += more.negative;
  sum.bits += more.bits;
}

/**
 * @param outputs [T,R,W]
 * @param events [T,R,W]
 * @param inside [T,R,1] 1 at the steps that count, else 0; null: all do
 */
export function tallyOf(tf: TensorFlow, spiking: boolean, outputs: Tensor, events: Tensor, inside: Tensor | null): LayerTally {
  const bySequence = (values: Tensor): Int32Array =>
    tf.tidy(() => {
      const counted = tf.cast(values, 'float32');
      return tf.cast(tf.sum(inside === null ? counted : tf.mul(counted, inside), [0, 2]), 'int32').dataSync<'int32'>();
    });
  const fired = tf.notEqual(events, 0);
  const total = (values: Tensor): number => bySequence(values).reduce((a, b) => a + b, 0);
  return {
    spikes: bySequence(spiking ? events : fired),
    active: total(fired),
    negative: total(tf.less(outputs, 0)),
    bits: total(spiking ? onesOf(tf, events) : fired),
  };
}

/** How many ones each whole number has in binary. */
function onesOf(tf: TensorFlow, values: Tensor): Tensor {
  return tf.tidy(() => {
    let ones = tf.zerosLike(values);
    for (let rest = values; tf.max(rest).dataSync()[0] > 0; rest = tf.floor(tf.div(rest, 2))) ones = tf.add(ones, tf.mod(rest, 2));
    return ones;
  });
}
