/**
 * Moderate dropout (docs/model.md, section 3): which hidden neurons a ray keeps, and what their outputs are multiplied by. With d the activity of a
 * neuron on the ray (forward.ts), rho the share to drop, and the random numbers u of Poisson encoding:
 *
 *     p = (d - min d) / (max d - min d),  1/2 if all are equal      q = clamp(1 - (1 - p) rho / (1 - mean p), 0, 1)      factor = 1[u < q] / q
 *
 * `keptNeurons` [rays, 2 layers, W] holds d before and the factors afterwards. A workgroup takes rays, an invocation is a neuron; 8 W bytes a ray.
 * Compared with tfjs through the cases with dropout of test/conformance.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { noiseWgsl } from '../../../../renderer/wgsl/network/poisson.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { workWgsl } from '../../../../renderer/wgsl/work.ts';

export const DROPOUT_GROUPS = 1024;

export function dropoutKernel(shape: NetworkShape, layer: 1 | 2): KernelText {
  return {
    name: `network dropout, layer ${layer}`,
    buffers: {
      step: 'uniform Step',
      work: 'read array<u32>',
      rayOffsets: 'read array<vec2<u32>>',
      keptNeurons: 'write array<f32>',
    },
    code: `${stepStruct.wgsl}${workWgsl}${constantsWgsl(shape)}${noiseWgsl}
/** Least, negated greatest, sum. */
var<workgroup> shared3: array<vec3<f32>, ${shape.width}>;

@compute @workgroup_size(${shape.width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let end = work[WORK_FIRST_RAY] + work[WORK_PART_RAYS];
  for (var ray = work[WORK_FIRST_RAY] + group.x; ray < end; ray += ${DROPOUT_GROUPS}u) {
    if (rayOffsets[ray].y == rayOffsets[ray + 1u].y) { continue; }
    let at = (2u * ray + ${layer - 1}u) * W + j;
    let activity = keptNeurons[at];
    shared3[j] = vec3<f32>(activity, -activity, 0.0);
    joinAll(j);
    let low = shared3[0].x;
    let high = -shared3[0].y;
    workgroupBarrier();
    var share = 0.5;
    if (high > low) { share = (activity - low) / (high - low); }
    shared3[j] = vec3<f32>(0.0, 0.0, share);
    joinAll(j);
    let idle = 1.0 - shared3[0].z / f32(W);
    workgroupBarrier();
    let q = clamp(1.0 - (1.0 - share) * step.dropout / idle, 0.0, 1.0);
    let u = uniformNumber(noiseKey(step.noiseSeed, ray, ${2 ** 32 - layer}u), j);
    keptNeurons[at] = select(0.0, 1.0 / q, u < q);
  }
}

fn joinAll(j: u32) {
  workgroupBarrier();
  for (var reach = 128u; reach > 0u; reach /= 2u) {
    if (j < reach && j + reach < W) {
      let other = shared3[j + reach];
      shared3[j] = vec3<f32>(min(shared3[j].xy, other.xy), shared3[j].z + other.z);
    }
    workgroupBarrier();
  }
}
`,
  };
}
