/**
 * Compositing of the rays of a part for rendering (docs/model.md, section 1):
 *
 *     C = sum_i w_i sigmoid(logits_i) + T_last background
 *
 * Work: one thread a ray. `rendered` has for the N rays of the call: red, green and blue of each ray, then all depths, opacities,
 * and numbers of samples. Cost: 32 bytes a sample, 24 bytes a ray.
 */
import type { KernelText } from './kernel.ts';
import { stepStruct } from './uniforms.ts';
import { workWgsl } from './work.ts';

export const RAYS_PER_WORKGROUP = 64;

export const sigmoidWgsl = /* wgsl */ `
fn sigmoid(x: vec3<f32>) -> vec3<f32> {
  return 1.0 / (1.0 + exp(-x));
}
`;

export const compositeRays: KernelText = {
  name: 'compositeRays',
  buffers: {
    step: 'uniform Step',
    work: 'read array<u32>',
    rayOffsets: 'read array<vec2<u32>>',
    rayEnds: 'read array<vec2<f32>>',
    sampleInfo: 'read array<vec4<u32>>',
    logits: 'read array<vec4<f32>>',
    rendered: 'write array<u32>',
  },
  code: /* wgsl */ `
${stepStruct.wgsl}${workWgsl}${sigmoidWgsl}
@compute @workgroup_size(${RAYS_PER_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= work[WORK_PART_RAYS]) { return; }
  let ray = work[WORK_FIRST_RAY] + id.x;
  let first = rayOffsets[ray].y - work[WORK_FIRST_SAMPLE];
  let end = rayOffsets[ray + 1u].y - work[WORK_FIRST_SAMPLE];
  var colour = vec3<f32>(0.0);
  for (var sample = first; sample < end; sample++) {
    colour += bitcast<f32>(sampleInfo[sample].w) * sigmoid(logits[sample].xyz);
  }
  let ends = rayEnds[ray];
  colour += ends.x * vec3<f32>(step.backgroundR, step.backgroundG, step.backgroundB);
  let n = step.rayCount;
  rendered[3u * ray] = bitcast<u32>(colour.x);
  rendered[3u * ray + 1u] = bitcast<u32>(colour.y);
  rendered[3u * ray + 2u] = bitcast<u32>(colour.z);
  rendered[3u * n + ray] = bitcast<u32>(ends.y);
  rendered[4u * n + ray] = bitcast<u32>(1.0 - ends.x);
  rendered[5u * n + ray] = end - first;
}
`,
};
