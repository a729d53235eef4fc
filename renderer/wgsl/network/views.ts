/**
 * View terms of the rays of a part (docs/model.md, section 2), and the part of layer 1 that they make up, which is the same for all samples of a
 * ray. A workgroup of W invocations takes 8 rays: first the terms, an axis of a ray an invocation, then a neuron each.
 *
 * V W multiply-adds and 4 W bytes a ray. WGSL promises little for sin and cos, so they are computed here: reduced to |r| <= pi/4 with pi/2 in
 * three parts (Cody and Waite), then the polynomials of Cephes; error 1e-7 for arguments up to 128.
 */
import type { KernelText } from '../kernel.ts';
import { countWgsl } from '../stats.ts';
import { stepStruct } from '../uniforms.ts';
import { workWgsl } from '../work.ts';
import { viewSpikesWgsl } from './input-spikes.ts';
import { constantsWgsl, type NetworkShape } from './shape.ts';

export const VIEW_GROUPS = 512;

const BLOCK = 8;

const sineWgsl = /* wgsl */ `
fn sineAndCosine(x: f32) -> vec2<f32> {
  let n = round(x * 0.636619772);
  let r = ((x - n * 1.5703125) - n * 4.83751297e-4) - n * 7.54978995e-8;
  let z = r * r;
  let s = r + r * z * (-0.16666654611 + z * (8.3321608736e-3 - z * 1.9515295891e-4));
  let c = 1.0 - 0.5 * z + z * z * (4.166664568e-2 + z * (-1.388731625e-3 + z * 2.443315712e-5));
  switch (i32(n) & 3) {
    case 0: { return vec2<f32>(s, c); }
    case 1: { return vec2<f32>(c, -s); }
    case 2: { return vec2<f32>(-s, -c); }
    default: { return vec2<f32>(-c, s); }
  }
}
`;

/** @param keepsTerms whether later kernels read the terms: training, Poisson encoding */
export function viewsKernel(shape: NetworkShape, keepsTerms: boolean): KernelText {
  const { views, poisson, width } = shape;
  const frequencies = (views - 3) / 6;
  const spikes = shape.inputLevels.views > 0;
  const rays = Array.from({ length: BLOCK }, (_, b) => b);
  return {
    name: 'network views',
    buffers: {
      work: 'read array<u32>',
      rayOffsets: 'read array<vec2<u32>>',
      rays: 'read array<f32>',
      step: 'uniform Step',
      networkTables: 'read array<f32>',
      ...(keepsTerms ? { views: 'write array<f32>' as const } : {}),
      ...(poisson ? {} : { viewCurrents: 'write array<f32>' as const }),
      ...(spikes ? { stats: 'write array<atomic<u32>>' as const } : {}),
    },
    code: `${spikes ? countWgsl : ''}${stepStruct.wgsl}${workWgsl}${constantsWgsl(shape)}${sineWgsl}
const VIEWS = ${views}u;
const FREQUENCIES = ${frequencies}u;
var<workgroup> terms: array<f32, ${BLOCK * views}>;

@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let firstRay = work[WORK_FIRST_RAY];
  let endRay = firstRay + work[WORK_PART_RAYS];
  for (var block = firstRay + group.x * ${BLOCK}u; block < endRay; block += ${BLOCK * VIEW_GROUPS}u) {
    let blockRays = min(${BLOCK}u, endRay - block);
    if (rayOffsets[block].y == rayOffsets[block + blockRays].y) { continue; }
    for (var item = j; item < blockRays * 3u; item += W) {
      let b = item / 3u;
      let axis = item % 3u;
      let at = 3u * (step.firstView + block + b);
      let u = rays[at + axis] / length(vec3<f32>(rays[at], rays[at + 1u], rays[at + 2u]));
      let sines = b * VIEWS + 3u + axis * FREQUENCIES;
      terms[b * VIEWS + axis] = u;
      var scale = 1.0;
      for (var k = 0u; k < FREQUENCIES; k++) {
        let both = sineAndCosine(u * scale);
        terms[sines + k] = both.x;
        terms[sines + 3u * FREQUENCIES + k] = both.y;
        scale *= 2.0;
      }
    }
    workgroupBarrier();
${spikes ? viewSpikesWgsl(shape) : ''}
${poisson ? '' : currents(rays, shape)}
${keepsTerms ? `    for (var i = j; i < blockRays * VIEWS; i += W) { views[block * VIEWS + i] = terms[i]; }` : ''}
    workgroupBarrier();
  }
}
`,
  };
}

function currents(rays: readonly number[], { features, columns, tables: { w1 } }: NetworkShape): string {
  return `    for (var column = j; column < ${columns[0]}u; column += W) {
${rays.map((b) => `    var current${b} = 0.0;`).join('\n')}
    for (var v = 0u; v < VIEWS; v++) {
      let w = networkTables[${w1}u + (${features}u + v) * ${columns[0]}u + column];
${rays.map((b) => `      current${b} += terms[${b}u * VIEWS + v] * w;`).join('\n')}
    }
${rays.map((b) => `    if (${b}u < blockRays) { viewCurrents[(block + ${b}u) * ${columns[0]}u + column] = current${b}; }`).join('\n')}
    }`;
}
