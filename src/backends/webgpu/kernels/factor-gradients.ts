/**
 * From the gradients of samples to those of factors and basis (docs/model.md, section 11). With d the gradient of the product of component r of pair i,
 * of the density d loss / d s, of the appearance the row r of B times d loss / d f:
 *
 *     d loss / d M = sum over samples  w_plane d v          d loss / d v = sum over samples  w_line d M          d loss / d B = sum  product d loss / d f
 *
 * A plane's points take their samples from sorted cells (factor-sort.ts), one thread four components of a point. Lines and B, which few numbers are and
 * every sample adds to, are summed in shares of the samples: a workgroup a share, a thread a component, its sums in memory of its own; then the shares
 * are added. All in a fixed order, so that the same step gives the same bits.
 *
 * Cost of a sample and component: 4 times the product with d loss / d f for the plane, once for the line, F multiply-adds each.
 */
import type { BufferUse, KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gridStruct, stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl, WORK, workWgsl } from '../../../../renderer/wgsl/work.ts';
import type { GridSpec } from '../../../geometry/grid.ts';
import { FACTOR_PAIRS, factorPoints, rankSum, type FactorPair, type Ranks } from '../../../model/representations/factors.ts';
import type { FactorGroup } from '../../../model/representations/vm.ts';
import { axesOf, byPair, cornerWgsl, factorLayout, factorValuesWgsl, lineFloats, placesWgsl } from './factors.ts';

/** Most shares of the samples. */
export const LINE_SHARES = 64;
const WORKGROUP = 64;

export interface FactorsOf {
  readonly group: FactorGroup;
  readonly ranks: Ranks;
  /** Vectors of four features. */
  readonly vectors: number;
}

export const prefixOf = ({ group }: FactorsOf): 'density' | 'feature' => (group === 'density' ? 'density' : 'feature');
export const factorBuffer = (of: FactorsOf): string => `${prefixOf(of)}Factors`;
export const lineSumsBuffer = ({ group }: FactorsOf): string => (group === 'density' ? 'lineDensitySums' : 'lineFeatureSums');

/** What a sample's gradients are read from. */
function sources({ group }: FactorsOf): Readonly<Record<string, BufferUse>> {
  if (group === 'density') return {};
  return { basis: 'read array<vec4<f32>>', featureGradients0: 'read array<vec4<f32>>' };
}

const NO_SAMPLE = 'const NO_SAMPLE = 0xffffffffu;\n';

export function planeGradientsDispatch({ ranks }: FactorsOf, pair: number, { size }: GridSpec): [x: number, y: number] {
  return dispatchOf((factorPoints(FACTOR_PAIRS[pair], size).plane * ranks[pair]) / 4, WORKGROUP);
}

/** Binds `gradient`, laid out as the factors: its part of one plane. */
export function planeGradients(of: FactorsOf, pair: number): KernelText {
  const { group, ranks, vectors } = of;
  const prefix = prefixOf(of);
  const { a, b } = axesOf(FACTOR_PAIRS[pair]);
  const quads = ranks[pair] / 4;
  const firstRow = ranks.slice(0, pair).reduce((sum, rank) => sum + rank, 0);
  const ofSample =
    group === 'density'
      ? 'let d = vec4<f32>(bitcast<f32>(sampled.w));'
      : `if (sampled.z == NO_SAMPLE) { continue; }
      var d = vec4<f32>(0.0);
      for (var k = 0u; k < ${vectors}u; k++) {
        let g = featureGradients0[sampled.z * ${vectors}u + k];
        let row = (${firstRow}u + 4u * quad) * ${vectors}u + k;
        d += vec4<f32>(${[0, 1, 2, 3].map((r) => `dot(basis[row + ${r * vectors}u], g)`).join(', ')});
      }`;
  return {
    name: `planeGradients, ${group}`,
    buffers: {
      grid: 'uniform Grid',
      planeCells: 'read array<vec2<u32>>',
      sortedRows: 'read array<u32>',
      packedPlaces: 'read array<vec4<u32>>',
      packedAlphas: 'read array<vec4<u32>>',
      [factorBuffer(of)]: 'read array<vec4<f32>>',
      ...sources(of),
      gradient: 'write array<vec4<f32>>',
    },
    code: `${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${NO_SAMPLE}${cornerWgsl}${placesWgsl(prefix, ranks)}${factorValuesWgsl(prefix, ranks, factorBuffer(of), 'vec4<f32>')}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = linearIndex(id, groups);
  let row = u32(grid.n${a});
  let point = vec2<u32>((index / ${quads}u) % row, (index / ${quads}u) / row);
  let quad = index % ${quads}u;
  if (point.y >= u32(grid.n${b})) { return; }
  var sum = vec4<f32>(0.0);
  for (var corner = 0u; corner < 4u; corner++) {
    let side = vec2<u32>(corner & 1u, corner >> 1u);
    if (any(side > point)) { continue; }
    let cell = planeCells[(point.y - side.y) * row + point.x - side.x];
    for (var slot = cell.y; slot < cell.y + cell.x; slot++) {
      let sorted = sortedRows[slot];
      let sampled = packedAlphas[sorted];
      ${ofSample}
      let place = packedPlaces[sorted];
      let f = bitcast<vec3<f32>>(place.yzw);
      let w = select(vec2<f32>(1.0 - f.${a}, 1.0 - f.${b}), vec2<f32>(f.${a}, f.${b}), side == vec2<u32>(1u));
      sum += w.x * w.y * d * ${prefix}LineAt${pair}(quad, cornerOf(place.x), f);
    }
  }
  gradient[${prefix}Plane${pair}() + index] = sum;
}
`,
  };
}

/** A share's sums of the lines, one behind the other; their places in it. */
function lineSumsWgsl(of: FactorsOf): string {
  const { ranks } = of;
  const points = FACTOR_PAIRS.map((pair) => `u32(grid.n${axesOf(pair).c})`);
  const counts = ranks.map((rank, i) => `${points[i]} * ${rank}u`);
  return `
fn lineFirst0() -> u32 { return 0u; }
fn lineFirst1() -> u32 { return ${counts[0]}; }
fn lineFirst2() -> u32 { return lineFirst1() + ${counts[1]}; }
fn lineFloats() -> u32 { return lineFirst2() + ${counts[2]}; }
fn sharesOf() -> u32 { return clamp(arrayLength(&${lineSumsBuffer(of)}) / lineFloats(), 1u, ${LINE_SHARES}u); }
`;
}

/** Dispatch: LINE_SHARES. Of the appearance also the sums of the basis, `basisSums` [shares, components, vectors]. */
export function lineSums(of: FactorsOf): KernelText {
  const { group, ranks, vectors } = of;
  const prefix = prefixOf(of);
  const components = rankSum(ranks);
  const features = group === 'features';
  const eachPair = (piece: (pair: number, k: string) => string): string => byPair('t', ranks, piece);
  const ofSample = features
    ? `if (sampled.z == NO_SAMPLE) { continue; }
    var d = 0.0;
    for (var k = 0u; k < ${vectors}u; k++) { d += dot(own[k], featureGradients0[sampled.z * ${vectors}u + k]); }`
    : `let d = bitcast<f32>(sampled.w);
    if (d == 0.0) { continue; }`;
  const buffer = lineSumsBuffer(of);
  return {
    name: `lineSums, ${group}`,
    buffers: {
      grid: 'uniform Grid',
      work: 'read array<u32>',
      packedPlaces: 'read array<vec4<u32>>',
      packedAlphas: 'read array<vec4<u32>>',
      [factorBuffer(of)]: 'read array<f32>',
      ...sources(of),
      [buffer]: 'write array<f32>',
      ...(features ? { basisSums: 'write array<vec4<f32>>' as const } : {}),
    },
    code: `${gridStruct.wgsl}${workWgsl}${NO_SAMPLE}${cornerWgsl}${placesWgsl(prefix, ranks)}${factorValuesWgsl(prefix, ranks, factorBuffer(of), 'f32')}${lineSumsWgsl(of)}
/** The value on the plane, the value on the line, of component t. */
fn valuesAt(t: u32, at: vec3<u32>, f: vec3<f32>) -> vec2<f32> {
  ${eachPair((i, k) => `return vec2<f32>(${prefix}PlaneAt${i}(${k}, at, f), ${prefix}LineAt${i}(${k}, at, f));`)}
}

/** First place of component t's line, floats from point to point, and its points. */
fn lineOf(t: u32) -> vec3<u32> {
  ${eachPair((i, k) => `return vec3<u32>(lineFirst${i}() + ${k}, ${ranks[i]}u, u32(grid.n${axesOf(FACTOR_PAIRS[i]).c}));`)}
}

/** Base and fraction along that line. */
fn alongLine(t: u32, at: vec3<u32>, f: vec3<f32>) -> vec2<f32> {
  ${eachPair((i) => `return vec2<f32>(f32(at.${axesOf(FACTOR_PAIRS[i]).c}), f.${axesOf(FACTOR_PAIRS[i]).c});`)}
}

@compute @workgroup_size(${components})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let shares = sharesOf();
  if (group.x >= shares) { return; }
  let line = lineOf(t);
  let first = group.x * lineFloats() + line.x;
  for (var c = 0u; c < line.z; c++) { ${buffer}[first + c * line.y] = 0.0; }
${
  features
    ? `  var own: array<vec4<f32>, ${vectors}>;
  var basisSum: array<vec4<f32>, ${vectors}>;
  for (var k = 0u; k < ${vectors}u; k++) { own[k] = basis[t * ${vectors}u + k]; }`
    : ''
}
  let total = select(0u, work[WORK_DENSITY_SAMPLES], work[WORK_VALID] == 1u);
  let perShare = (total + shares - 1u) / shares;
  let end = min(total, (group.x + 1u) * perShare);
  for (var row = group.x * perShare; row < end; row++) {
    let sampled = packedAlphas[row];
    ${ofSample}
    let place = packedPlaces[row];
    let at = cornerOf(place.x);
    let f = bitcast<vec3<f32>>(place.yzw);
    let values = valuesAt(t, at, f);
${
  features
    ? `    let product = values.x * values.y;
    for (var k = 0u; k < ${vectors}u; k++) { basisSum[k] += product * featureGradients0[sampled.z * ${vectors}u + k]; }`
    : ''
}
    let along = alongLine(t, at, f);
    let to = first + u32(along.x) * line.y;
    ${buffer}[to] += d * values.x * (1.0 - along.y);
    ${buffer}[to + line.y] += d * values.x * along.y;
  }
${features ? `  for (var k = 0u; k < ${vectors}u; k++) { basisSums[(group.x * ${components}u + t) * ${vectors}u + k] = basisSum[k]; }` : ''}
}
`,
  };
}

export function lineGradientsDispatch({ ranks }: FactorsOf, grid: GridSpec): [x: number, y: number] {
  return dispatchOf(lineFloats(ranks, grid), WORKGROUP);
}

/** Binds `gradient`, as floats: its parts of the lines. */
export function lineGradients(of: FactorsOf): KernelText {
  const { ranks } = of;
  const prefix = prefixOf(of);
  const buffer = lineSumsBuffer(of);
  return {
    name: `lineGradients, ${of.group}`,
    buffers: { grid: 'uniform Grid', [buffer]: 'read array<f32>', gradient: 'write array<f32>' },
    code: `${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${placesWgsl(prefix, ranks)}${lineSumsWgsl(of)}
fn placeOf(i: u32) -> u32 {
  if (i < lineFirst1()) { return ${prefix}Line0() * 4u + i; }
  if (i < lineFirst2()) { return ${prefix}Line1() * 4u + i - lineFirst1(); }
  return ${prefix}Line2() * 4u + i - lineFirst2();
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linearIndex(id, groups);
  if (i >= lineFloats()) { return; }
  var sum = 0.0;
  for (var share = 0u; share < sharesOf(); share++) { sum += ${buffer}[share * lineFloats() + i]; }
  gradient[placeOf(i)] = sum;
}
`,
  };
}

/** Vectors of the basis: [components, vectors]. */
export function basisVectors({ ranks, vectors }: FactorsOf): number {
  return rankSum(ranks) * vectors;
}

export function basisGradients(of: FactorsOf): KernelText {
  const total = basisVectors(of);
  const buffer = lineSumsBuffer(of);
  return {
    name: 'basisGradients',
    buffers: {
      grid: 'uniform Grid',
      [buffer]: 'read array<f32>',
      basisSums: 'read array<vec4<f32>>',
      basisGradient: 'write array<vec4<f32>>',
    },
    code: `${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${lineSumsWgsl(of)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linearIndex(id, groups);
  if (i >= ${total}u) { return; }
  var sum = vec4<f32>(0.0);
  for (var share = 0u; share < sharesOf(); share++) { sum += basisSums[share * ${total}u + i]; }
  basisGradient[i] = sum;
}
`,
  };
}

/** Workgroups over all vectors of four of a group's factors. */
export function factorsDispatch({ group, ranks }: FactorsOf, grid: GridSpec): [x: number, y: number] {
  return dispatchOf(factorLayout(group, ranks, grid).floats / 4, WORKGROUP);
}

/** Adds total variation of the planes, and L1 of the density, to `gradient`. One thread four numbers, of planes up to five read. */
export function penalties(of: FactorsOf): KernelText {
  const { group, ranks } = of;
  const prefix = prefixOf(of);
  const factors = factorBuffer(of);
  const l1 = group === 'density' ? 'step.densityL1' : '0.0';
  const variation = group === 'density' ? 'step.densityVariation' : 'step.featureVariation';
  const pairs = FACTOR_PAIRS.map((pair, i) => pairPenalty(prefix, pair, i, ranks[i])).join('');
  return {
    name: `penalties, ${group}`,
    buffers: {
      grid: 'uniform Grid',
      step: 'uniform Step',
      work: 'read array<u32>',
      [factors]: 'read array<vec4<f32>>',
      gradient: 'write array<vec4<f32>>',
    },
    code: `${gridStruct.wgsl}${stepStruct.wgsl}${linearWgsl(WORKGROUP)}${placesWgsl(prefix, ranks)}
fn varied(i: u32, a: u32, na: u32, b: u32, nb: u32, quads: u32) -> vec4<f32> {
  let p = ${factors}[i];
  let rank = 4.0 * f32(quads);
  var along = vec4<f32>(0.0);
  var across = vec4<f32>(0.0);
  if (a > 0u) { along += p - ${factors}[i - quads]; }
  if (a + 1u < na) { along += p - ${factors}[i + quads]; }
  if (b > 0u) { across += p - ${factors}[i - na * quads]; }
  if (b + 1u < nb) { across += p - ${factors}[i + na * quads]; }
  let scale = ${variation};
  return scale / (f32((na - 1u) * nb) * rank) * along + scale / (f32(na * (nb - 1u)) * rank) * across;
}

fn penaltyOf(i: u32) -> vec4<f32> {
  let drawn = ${l1} * sign(${factors}[i]);
${pairs}  return vec4<f32>(0.0);
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linearIndex(id, groups);
  if (i >= ${prefix}End() || work[${WORK.valid}] == 0u) { return; }
  gradient[i] += penaltyOf(i);
}
`,
  };
}

function pairPenalty(prefix: string, pair: FactorPair, i: number, rank: number): string {
  const { a, b, c } = axesOf(pair);
  const quads = rank / 4;
  return `  if (i < ${prefix}Line${i}()) {
    let point = (i - ${prefix}Plane${i}()) / ${quads}u;
    let na = u32(grid.n${a});
    let nb = u32(grid.n${b});
    return varied(i, point % na, na, point / na, nb, ${quads}u) + drawn / (f32(na * nb) * ${rank}.0);
  }
  if (i < ${prefix}${i === FACTOR_PAIRS.length - 1 ? 'End' : `Plane${i + 1}`}()) { return drawn / (f32(grid.n${c}) * ${rank}.0); }
`;
}
