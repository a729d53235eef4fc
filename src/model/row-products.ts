/** Rows of floats, one behind the other. */

/** [n,width] of rows [n,I], of which many are 0, and weights [I,width]. */
export function multiply(rows: Float32Array, weights: Float32Array, width: number): Float32Array {
  const inputs = weights.length / width;
  const out = new Float32Array((rows.length / inputs) * width);
  for (let row = 0; row * inputs < rows.length; row++) {
    for (let i = 0; i < inputs; i++) {
      const value = rows[row * inputs + i];
      if (value === 0) continue;
      for (let j = 0; j < width; j++) out[row * width + j] += value * weights[i * width + j];
    }
  }
  return out;
}

/** At most `most` of rows [n,width], evenly out of all. */
export function someRows(rows: Float32Array, width: number, most: number): Float32Array {
  const count = rows.length / width;
  if (count <= most) return rows;
  const some = new Float32Array(most * width);
  for (let row = 0; row < most; row++) {
    const from = Math.floor((row * count) / most) * width;
    some.set(rows.subarray(from, from + width), row * width);
  }
  return some;
}
