/** Terms of the mean potentials as the kernels add them up: coefficients of sums, and means of the lanes' sums. */
import { LANES } from './memory-plan.ts';

/** [layers W] coefficients of the sums over `rows` rows. */
export function perRow(potentials: readonly Float32Array[], rows: number): Float32Array {
  return Float32Array.from(
    potentials.flatMap((layer) => [...layer]),
    (value) => (rows > 0 ? value / rows : 0),
  );
}

/** [W] of each hidden layer, of the lanes' sums [LANES, layers W] over `rows` rows. */
export function meanOfLanes(sums: Float32Array, layers: number, rows: number): Float32Array[] {
  const width = sums.length / (layers * LANES);
  return Array.from({ length: layers }, (_layer, layer) =>
    Float32Array.from({ length: width }, (_, c) => {
      let sum = 0;
      for (let lane = 0; lane < LANES; lane++) sum += sums[(lane * layers + layer) * width + c];
      return rows > 0 ? sum / rows : 0;
    }),
  );
}
