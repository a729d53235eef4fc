/** ReLU, the ANN twin's neuron: S = max(0, X), no state; the derivative at 0 is 0. */
import { width } from '../state';

/** `values` [rows, width]: X becomes S. Writes the number of active neurons of each row. */
export function reluForward(values: usize, counts: usize, rows: i32): void {
  const bytes = (<usize>width) << 2;
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const x = values + <usize>row * bytes;
    let active = i32x4.splat(0);
    for (let j: usize = 0; j < bytes; j += 16) {
      const value = v128.load(x + j);
      active = i32x4.sub(active, f32x4.gt(value, zero));
      v128.store(x + j, f32x4.max(value, zero));
    }
    const total =
      i32x4.extract_lane(active, 0) + i32x4.extract_lane(active, 1) + i32x4.extract_lane(active, 2) + i32x4.extract_lane(active, 3);
    store<i32>(counts + ((<usize>row) << 2), total);
  }
}

/** `gradients`: d loss / d S becomes d loss / d X, given the outputs S. */
export function reluBackward(outputs: usize, gradients: usize, rows: i32): void {
  const end = <usize>rows * ((<usize>width) << 2);
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < end; j += 16) {
    v128.store(gradients + j, v128.and(v128.load(gradients + j), f32x4.gt(v128.load(outputs + j), zero)));
  }
}
