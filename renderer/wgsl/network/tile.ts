/**
 * A tile [W neurons, R rows] of a workgroup's memory, and its product with a W x W matrix. A place holds four rows of a neuron; places are
 * permuted so that neighbouring neurons lie in different banks.
 *
 *     out[r][n] = sum_i tile[r][i] matrix[i][n]
 *
 * W invocations: W/4 columns times 4 groups of rows; each has 4 neurons and R/4 rows in registers. For one i it reads a vector of weights and
 * R/16 vectors of rows for R multiply-adds. Neurons that are silent in all rows of the group are skipped: their bit in `firing` is 0.
 */
import type { NetworkShape } from './shape.ts';

const COMPONENTS = ['x', 'y', 'z', 'w'] as const;

/** Declares `tile`, `place(neuron, quad)` and, where silent neurons are skipped, `firing`. */
export function tileWgsl({ tileRows, width, skipsSilent }: NetworkShape): string {
  const words = Math.ceil(width / 32);
  return `
const R = ${tileRows}u;
const QUADS = ${tileRows / 4}u;
const GROUP_QUADS = ${tileRows / 16}u;
const COLUMNS = ${width / 4}u;
const WORDS = ${words}u;
var<workgroup> tile: array<vec4<f32>, ${(width * tileRows) / 4}>;
${skipsSilent ? `var<workgroup> firing: array<atomic<u32>, ${4 * words}>;` : ''}

fn place(neuron: u32, quad: u32) -> u32 { return neuron * QUADS + (quad ^ (neuron & (QUADS - 1u))); }
`;
}

/** Needs `rows`. Replaces the tile by its product with the matrix at float `table` of `networkTables`; ends with a barrier, begins behind one. */
export function productWgsl({ tileRows, skipsSilent }: NetworkShape, table: number): string {
  const quads = Array.from({ length: tileRows / 16 }, (_, h) => h);
  const sums = COMPONENTS.flatMap((_, c) => quads.map((h) => `a${c}_${h}`));
  const body = `
      let w = networkTables[${table / 4}u + i * COLUMNS + column];
${quads.map((h) => `      let s${h} = tile[place(i, firstQuad + ${h}u)];`).join('\n')}
${COMPONENTS.flatMap((xyzw, c) => quads.map((h) => `      a${c}_${h} += w.${xyzw} * s${h};`)).join('\n')}`;
  const loop = skipsSilent
    ? `for (var word = 0u; word < WORDS; word++) {
      var bits = atomicLoad(&firing[(j / COLUMNS) * WORDS + word]);
      while (bits != 0u) {
      let i = word * 32u + firstTrailingBit(bits);
      bits &= bits - 1u;${body}
      }
    }`
    : `for (var i = 0u; i < rows[3].x; i++) {${body}
    }`;
  return `{
    let column = j % COLUMNS;
    let firstQuad = (j / COLUMNS) * GROUP_QUADS;
${sums.map((name) => `    var ${name} = vec4<f32>(0.0);`).join('\n')}
    ${loop}
    workgroupBarrier();
    // A loop and not eight lines: software adapters take long to compile a store.
    var results = array<vec4<f32>, ${sums.length}>(${sums.join(', ')});
    for (var k = 0u; k < ${sums.length}u; k++) { tile[place(4u * column + k / GROUP_QUADS, firstQuad + k % GROUP_QUADS)] = results[k]; }
    ${skipsSilent ? 'if (j < 4u * WORDS) { atomicStore(&firing[j], 0u); }' : ''}
    workgroupBarrier();
  }`;
}

/** Marks neuron j as active in the groups of rows whose bits are set in `seen`. */
export function markActiveWgsl({ skipsSilent }: NetworkShape): string {
  if (!skipsSilent) return '';
  return `for (var group = 0u; group < 4u; group++) {
      if (((seen >> group) & 1u) != 0u) { atomicOr(&firing[group * WORDS + (j >> 5u)], 1u << (j & 31u)); }
    }`;
}

/** What a loop over rows reads: variables of four rows each, found at the first of the four. */
export interface RowReads {
  readonly names: readonly string[];
  /** Sets them. */
  readonly code: string;
}

const NOTHING: RowReads = { names: [], code: '' };

/** What the tile has of the neuron: `read`. */
export const ownRows: RowReads = { names: ['read'], code: 'reads = tile[place(j, i >> 2u)];' };

/**
 * The rows of the tile times columns j, W + j, ... of a matrix [W, parts W]: `added0`, `added1`, ... The tile stays as it is until all have read four
 * rows of it. Per four rows W vectors of the tile and parts W weights.
 */
export function productRows({ columns, parts, tables }: NetworkShape): RowReads {
  const all = Array.from({ length: parts[1] }, (_, p) => p);
  return {
    names: all.map((p) => `added${p}`),
    code: `${all.map((p) => `added${p}s = vec4<f32>(0.0);`).join(' ')}
          for (var n = 0u; n < rows[3].x; n++) {
            let s = tile[place(n, i >> 2u)];
            if (any(s != vec4<f32>(0.0))) {
            let w = ${tables.w2}u + n * ${columns[1]}u + j;
${all.map((p) => `            added${p}s += table(w${p === 0 ? '' : ` + ${p}u * W`}) * s;`).join('\n')}
            }
          }
          workgroupBarrier();`,
  };
}

/**
 * A loop over the rows of a tile that leaves one value of a row in the tile: `code` sets `value` of row `i`, and finds what was read of it under its name.
 * A vector of four rows is shifted, so that no component has a variable index, which is slow to compile and to run.
 */
export function overRows(code: string, { names, code: read }: RowReads = NOTHING): string {
  return `{
      var values = vec4<f32>(0.0);
      ${names.map((name) => `var ${name}s = vec4<f32>(0.0);`).join(' ')}
      for (var i = 0u; i < (count + 3u) / 4u * 4u; i++) {
        var value = 0.0;
        ${names.length === 0 ? '' : `if ((i & 3u) == 0u) { ${read} }`}
        ${names.map((name) => `let ${name} = ${name}s.x;\n        ${name}s = ${name}s.yzwx;`).join('\n        ')}
        if (i < count) {
${code}
        }
        values = vec4<f32>(values.yzw, value);
        if ((i & 3u) == 3u) { tile[place(j, i >> 2u)] = values; }
      }
    }`;
}
