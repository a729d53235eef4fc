/**
 * Packed rows in a padded table and back. Packed: all samples of all rays, one row each. Padded: [rows, columns], an empty place is a row of
 * zeros. Used for rays by samples (transmittance, compositing) and for time by rays (the spiking network).
 */
import { gatherRows, gatherRowsOrZero } from './custom-gradients.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

export interface PaddedLayout {
  readonly rows: number;
  readonly columns: number;
  /** [packed] place of each packed row: row * columns + column */
  readonly placeOf: Int32Array;
}

/** One row for each ray, its samples from the left. `offsets` [N+1] as in `PackedSamples`. */
export function layoutByRay(offsets: Int32Array): PaddedLayout {
  const rows = offsets.length - 1;
  let columns = 0;
  for (let ray = 0; ray < rows; ray++) columns = Math.max(columns, offsets[ray + 1] - offsets[ray]);
  const placeOf = new Int32Array(offsets[rows]);
  for (let ray = 0; ray < rows; ray++) {
    for (let i = offsets[ray]; i < offsets[ray + 1]; i++) placeOf[i] = ray * columns + i - offsets[ray];
  }
  return { rows, columns, placeOf };
}

/** [packed,C] to [rows,columns,C], zeros in empty places. */
export function toPadded(tf: TensorFlow, packed: Tensor, { rows, columns, placeOf }: PaddedLayout): Tensor {
  const packedAt = new Int32Array(rows * columns).fill(-1);
  placeOf.forEach((place, i) => (packedAt[place] = i));
  return tf.reshape(gatherRowsOrZero(tf, packed, packedAt), [rows, columns, -1]);
}

/** [rows,columns,C] to [packed,C]. */
export function toPacked(tf: TensorFlow, padded: Tensor, { rows, columns, placeOf }: PaddedLayout): Tensor {
  return gatherRows(tf, tf.reshape(padded, [rows * columns, -1]), placeOf);
}
