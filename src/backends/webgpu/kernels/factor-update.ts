/**
 * Adam on vector-matrix factors and their basis (docs/model.md, sections 5 and 11): all of them move in every step, whatever the gradient; and factors
 * resampled onto another grid, along their axes, as src/model/representations/factors.ts does it, in single precision.
 *
 * Work: one thread four numbers. Cost: 64 bytes in, 48 out; resampling reads four vectors for a plane's, two for a line's.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gridStruct, stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { dispatchOf, linearWgsl, WORK } from '../../../../renderer/wgsl/work.ts';
import { FACTOR_PAIRS, type FactorPair, type Ranks } from '../../../model/representations/factors.ts';
import { axesOf, placesWgsl } from './factors.ts';
import { axesBuffers, axesWgsl } from './scale-grid.ts';

const WORKGROUP = 64;

export function vectorsDispatch(vectors: number): [x: number, y: number] {
  return dispatchOf(vectors, WORKGROUP);
}

const adamBuffers = {
  step: 'uniform Step',
  work: 'read array<u32>',
  gradient: 'read array<vec4<f32>>',
  parameter: 'write array<vec4<f32>>',
  m: 'write array<vec4<f32>>',
  v: 'write array<vec4<f32>>',
} as const;

const adamWgsl = (rate: string, end: string): string => /* wgsl */ `
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linearIndex(id, groups);
  if (i >= ${end} || work[${WORK.valid}] == 0u) { return; }
  let g = gradient[i];
  let newM = step.beta1 * m[i] + (1.0 - step.beta1) * g;
  let newV = step.beta2 * v[i] + (1.0 - step.beta2) * (g * g);
  m[i] = newM;
  v[i] = newV;
  parameter[i] -= step.${rate} * newM / (sqrt(newV) + step.epsilon);
}
`;

/** @param prefix of the group's places */
export function factorUpdate(prefix: 'density' | 'feature', ranks: Ranks): KernelText {
  return {
    name: `factorUpdate, ${prefix}`,
    buffers: { grid: 'uniform Grid', ...adamBuffers },
    code: `${gridStruct.wgsl}${stepStruct.wgsl}${linearWgsl(WORKGROUP)}${placesWgsl(prefix, ranks)}${adamWgsl(`${prefix}Rate`, `${prefix}End()`)}`,
  };
}

export function basisUpdate(vectors: number): KernelText {
  return {
    name: 'basisUpdate',
    buffers: adamBuffers,
    code: `${stepStruct.wgsl}${linearWgsl(WORKGROUP)}${adamWgsl('networkRate', `${vectors}u`)}`,
  };
}

/** Binds `source` of the old grid and `resampled` of the new one. */
export function resampleFactors(prefix: 'density' | 'feature', ranks: Ranks): KernelText {
  return {
    name: `resampleFactors, ${prefix}`,
    buffers: { grid: 'uniform Grid', ...axesBuffers, source: 'read array<vec4<f32>>', resampled: 'write array<vec4<f32>>' },
    code: `${gridStruct.wgsl}${linearWgsl(WORKGROUP)}${axesWgsl}${placesWgsl(prefix, ranks)}${placesWgsl('from', ranks, 'fromGrid')}
/** The first of two neighbouring values, the second \`stride\` behind it. */
fn between(p: u32, stride: u32, fraction: f32) -> vec4<f32> {
  let value = source[p];
  return value + fraction * (source[p + stride] - value);
}

fn valueAt(i: u32) -> vec4<f32> {
${FACTOR_PAIRS.map((pair, i) => resampledPair(prefix, pair, i, ranks[i] / 4)).join('')}  return vec4<f32>(0.0);
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linearIndex(id, groups);
  if (i < ${prefix}End()) { resampled[i] = valueAt(i); }
}
`,
  };
}

/** `axisPoint` of an axis, at the point `p` along it. */
function axisPoint(axis: string, p: string): string {
  const at = ['x', 'y', 'z'].map((each) => (each === axis ? `i32(${p})` : '0')).join(', ');
  return `axis${axis.toUpperCase()}(vec3<i32>(${at}))`;
}

function resampledPair(prefix: string, pair: FactorPair, i: number, quads: number): string {
  const { a, b, c } = axesOf(pair);
  const next = i === FACTOR_PAIRS.length - 1 ? `${prefix}End` : `${prefix}Plane${i + 1}`;
  return `  if (i < ${prefix}Line${i}()) {
    let local = i - ${prefix}Plane${i}();
    let point = local / ${quads}u;
    let a = ${axisPoint(a, `point % u32(grid.n${a})`)};
    let b = ${axisPoint(b, `point / u32(grid.n${a})`)};
    let row = u32(fromGrid.n${a}) * ${quads}u;
    let p = fromPlane${i}() + u32(b.base) * row + u32(a.base) * ${quads}u + local % ${quads}u;
    let below = between(p, ${quads}u, a.fraction);
    return below + b.fraction * (between(p + row, ${quads}u, a.fraction) - below);
  }
  if (i < ${next}()) {
    let local = i - ${prefix}Line${i}();
    let c = ${axisPoint(c, `local / ${quads}u`)};
    return between(fromLine${i}() + u32(c.base) * ${quads}u + local % ${quads}u, ${quads}u, c.fraction);
  }
`;
}
