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
export function tileWgsl({ tileRows, width }: NetworkShape, skipsSilent: boolean): string {
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

/** Replaces the tile by its product with the matrix at float `table` of `networkTables`; ends with a barrier, begins behind one. */
export function productWgsl({ tileRows }: NetworkShape, table: number, skipsSilent: boolean): string {
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
    : `for (var i = 0u; i < W; i++) {${body}
    }`;
  return `{
    let column = j % COLUMNS;
    let firstQuad = (j / COLUMNS) * GROUP_QUADS;
${sums.map((name) => `    var ${name} = vec4<f32>(0.0);`).join('\n')}
    ${loop}
    workgroupBarrier();
${COMPONENTS.flatMap((_, c) => quads.map((h) => `    tile[place(4u * column + ${c}u, firstQuad + ${h}u)] = a${c}_${h};`)).join('\n')}
    ${skipsSilent ? 'if (j < 4u * WORDS) { atomicStore(&firing[j], 0u); }' : ''}
    workgroupBarrier();
  }`;
}

/** Marks neuron j as active in the groups of rows whose bits are set in `seen`. */
export function markActiveWgsl(skipsSilent: boolean): string {
  if (!skipsSilent) return '';
  return `for (var group = 0u; group < 4u; group++) {
      if (((seen >> group) & 1u) != 0u) { atomicOr(&firing[group * WORDS + (j >> 5u)], 1u << (j & 31u)); }
    }`;
}
