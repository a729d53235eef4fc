/** Terms of the mean potentials as the kernels add them up: coefficients of sums, and means of the lanes' sums. */

/** [layers W] coefficients of the sums over `rows` rows. */
export function perRow(potentials: readonly Float32Array[], rows: number): Float32Array {
  return Float32Array.from(
    potentials.flatMap((layer) => [...layer]),
    (value) => (rows > 0 ? value / rows : 0),
  );
}

/** [W] of each hidden layer, of the lanes' sums [lanes, layers W] over `rows` rows. */
export function meanOfLanes(sums: Float32Array, lanes: number, layers: number, rows: number): Float32Array[] {
  const width = sums.length / (layers * lanes);
  return Array.from({ length: layers }, (_layer, layer) =>
    Float32Array.from({ length: width }, (_, c) => {
      let sum = 0;
      for (let lane = 0; lane < lanes; lane++) sum += sums[(lane * layers + layer) * width + c];
      return rows > 0 ? sum / rows : 0;
    }),
  );
}
