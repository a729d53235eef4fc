/**
 * Rows in a workgroup's memory: which sample, ray and beginning they are, and some vectors that are read for each. Read where they are needed they would
 * be waited for one row after the other, because no read may be moved before a store to memory that could be the same; so a workgroup's invocations
 * read those of many rows together.
 */

/** Declares `stagedRows` and `stagedVectors`. */
export function stagedRowsWgsl(rows: number, vectors: number): string {
  return `
var<workgroup> stagedRows: array<vec2<u32>, ${rows}>;
${vectors > 0 ? `var<workgroup> stagedVectors: array<vec4<f32>, ${rows * vectors}>;` : ''}`;
}

/** Bytes that they take. */
export function stagedBytes(rows: number, vectors: number): number {
  return rows * (8 + 16 * vectors);
}

/**
 * Reads `count` rows from row `at` on, in W invocations `j`; ends with a barrier. Gaps have no vectors.
 *
 * @param vector WGSL of vector `k` of a `row`
 */
export function stageRows(vectors: number, vector: string): string {
  const each = Math.max(1, vectors);
  const store = vectors === 0 ? '' : `\n      if (row.x != GAP) { stagedVectors[item] = ${vector}; }`;
  return `for (var item = j; item < ${each}u * count; item += W) {
      let k = item % ${each}u;
      let row = rows[FIRST_ROW + at + item / ${each}u];
      if (k == 0u) { stagedRows[item / ${each}u] = row; }${store}
    }
    workgroupBarrier();`;
}

/** WGSL of vector `k` of the staged row `i`. */
export function stagedVector(vectors: number, i: string, k: number): string {
  return `stagedVectors[${vectors}u * ${i} + ${k}u]`;
}
