/**
 * A matrix of an ANN before it is quantised so coarsely that little but signs is left. Of trained weights most are small and below zero, few are large and
 * above it; with one size for all of them hardly an output would still be above zero. So every output's weights are moved, and scaled:
 *
 *     raw_j = c_j (w_j + s_j rms(w_j))        s_j out of SHIFTS, such that relu(x seen(raw)_j) explains most of relu(y w_j)
 *
 * with the outputs x that the converted layer before has and y that it should have. What is seen of an output may depend on the others too, through a
 * codebook that follows them all (`sub-bit`): s_j is chosen as if all outputs were moved by it. Then c_j is the factor of the least squared error for the
 * matrix as it has become. Chosen here; S2NN says nothing of it that we know.
 */
import { multiply } from './row-products.ts';

const SHIFTS = [0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, -0.2, -0.4];

/**
 * @param matrix [in,out]
 * @param seen what is seen of such a matrix; it grows with the weights of an output
 * @param rows [n,in] inputs of the converted network
 * @param wanted [n,in] those of the ANN
 * @param rectified whether a ReLU follows each output; else they are summed first, and what is below zero counts
 */
export function fitQuantised(
  matrix: Float32Array,
  seen: (matrix: Float32Array) => Float32Array,
  rows: Float32Array,
  wanted: Float32Array,
  outputs: number,
  rectified = true,
): Float32Array {
  const target = multiply(wanted, matrix, outputs);
  const sizes = Float32Array.from({ length: outputs }, (_, j) => rootMeanSquare(matrix, j, outputs));
  const fitted = matrix.slice();
  // Factors above zero change no code of it.
  const scaled = (output: number, scale: number, from: Float32Array): void => {
    for (let i = output; i < fitted.length; i += outputs) fitted[i] = scale * from[i];
  };
  const best = new Float32Array(outputs).fill(-1);
  for (const shift of SHIFTS) {
    const moved = matrix.map((weight, i) => weight + shift * sizes[i % outputs]);
    const answer = multiply(rows, seen(moved), outputs);
    for (let j = 0; j < outputs; j++) {
      const { scale, explained } = fit(target, answer, j, outputs, rectified);
      if (explained <= best[j]) continue;
      best[j] = explained;
      scaled(j, scale, moved);
    }
  }
  const answer = multiply(rows, seen(fitted), outputs);
  for (let j = 0; j < outputs; j++) scaled(j, fit(target, answer, j, outputs, rectified).scale, fitted);
  return fitted;
}

/** Factor on an output of `answer`, and how much of that of `target` it explains. Where no factor above zero explains any the output keeps its size. */
function fit(
  target: Float32Array,
  answer: Float32Array,
  output: number,
  outputs: number,
  rectified: boolean,
): { scale: number; explained: number } {
  const least = rectified ? 0 : -Infinity;
  let along = 0;
  let square = 0;
  for (let at = output; at < target.length; at += outputs) {
    const value = Math.max(least, answer[at]);
    along += value * Math.max(least, target[at]);
    square += value * value;
  }
  return along <= 0 ? { scale: 1, explained: 0 } : { scale: along / square, explained: along ** 2 / square };
}

function rootMeanSquare(matrix: Float32Array, output: number, outputs: number): number {
  let square = 0;
  for (let at = output; at < matrix.length; at += outputs) square += matrix[at] ** 2;
  return Math.sqrt((square * outputs) / matrix.length);
}
