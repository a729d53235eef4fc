/**
 * A matrix of an ANN before it is quantised so coarsely that little but signs is left. Of trained weights most are small and below zero, few are large and
 * above it; with one size for all of them hardly an output would still be above zero. So every output's weights are moved, and scaled:
 *
 *     raw_j = c_j (w_j + s_j rms(w_j))        s_j out of SHIFTS, such that relu(x seen(raw)_j) explains most of relu(y w_j)
 *
 * with the outputs x that the converted layer before has and y that it should have, and c_j the factor of the least squared error. Chosen here; S2NN says
 * nothing of it that we know.
 */
import { multiply } from './row-products.ts';

const SHIFTS = [0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, -0.2, -0.4];

/**
 * @param matrix [in,out]
 * @param seen what is seen of such a matrix; it grows with the weights of an output
 * @param rows [n,in] inputs of the converted network
 * @param wanted [n,in] those of the ANN
 */
export function fitQuantised(
  matrix: Float32Array,
  seen: (matrix: Float32Array) => Float32Array,
  rows: Float32Array,
  wanted: Float32Array,
  outputs: number,
): Float32Array {
  const target = multiply(wanted, matrix, outputs);
  const sizes = Float32Array.from({ length: outputs }, (_, j) => rootMeanSquare(matrix, j, outputs));
  const fitted = matrix.slice();
  const best = new Float32Array(outputs).fill(-1);
  for (const shift of SHIFTS) {
    const moved = matrix.map((weight, i) => weight + shift * sizes[i % outputs]);
    const answer = multiply(rows, seen(moved), outputs);
    for (let j = 0; j < outputs; j++) {
      const { scale, explained } = fit(target, answer, j, outputs);
      if (explained <= best[j]) continue;
      best[j] = explained;
      for (let i = j; i < matrix.length; i += outputs) fitted[i] = scale * moved[i];
    }
  }
  return fitted;
}

/** Factor on the outputs above zero of `answer`, and how much of those of `target` it explains. An output that is silent in one of them keeps its size. */
function fit(target: Float32Array, answer: Float32Array, output: number, outputs: number): { scale: number; explained: number } {
  let along = 0;
  let square = 0;
  for (let at = output; at < target.length; at += outputs) {
    const value = Math.max(0, answer[at]);
    along += value * Math.max(0, target[at]);
    square += value * value;
  }
  return along === 0 ? { scale: 1, explained: 0 } : { scale: along / square, explained: along ** 2 / square };
}

function rootMeanSquare(matrix: Float32Array, output: number, outputs: number): number {
  let square = 0;
  for (let at = output; at < matrix.length; at += outputs) square += matrix[at] ** 2;
  return Math.sqrt((square * outputs) / matrix.length);
}
