/**
 * Gradient of w1 where the backward pass has not summed it up: products of what goes into layer 1 with d loss / d I1.
 *
 *     view terms        sum over rays  v_ray (sum over the ray's rows  d loss / d I1)
 *     spikes as inputs  sum over rows  1[input c fired] d loss / d I1
 *
 * A workgroup takes one input and a share of the rays or rows; its W invocations are the neurons. 4 W bytes an input and ray; 4 W an input spike.
 * Compared with tfjs in test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { workWgsl } from '../../../../renderer/wgsl/work.ts';

export const INPUT_SHARES = 32;

/** Inputs that are summed up here. */
export function summedInputs({ poisson, inputs, views }: NetworkShape): number {
  return poisson ? inputs : views;
}

/** Columns of w1 in vectors of W: as many workgroups an input. */
function partsOf({ columns, width }: NetworkShape): number {
  return columns[0] / width;
}

/** Workgroups in x; INPUT_SHARES in y. */
export function inputGroups(shape: NetworkShape): number {
  return summedInputs(shape) * partsOf(shape);
}

/** Dispatch: inputGroups in x, INPUT_SHARES in y. */
export function inputGradientsKernel(shape: NetworkShape): KernelText {
  const { poisson, width, views } = shape;
  const gradients = poisson ? 'outputGradients' : 'rayGradients';
  return {
    name: 'network input gradients',
    buffers: {
      work: 'read array<u32>',
      ...(poisson
        ? { rows: 'read array<vec2<u32>>' as const, inputSpikes: 'read array<vec2<u32>>' as const }
        : { rayOffsets: 'read array<vec2<u32>>' as const, views: 'read array<f32>' as const }),
      [gradients]: 'read array<f32>',
      partialInputs: 'write array<f32>',
    },
    code: `${workWgsl}${constantsWgsl(shape)}
@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let first = ${poisson ? '0u' : 'work[WORK_FIRST_RAY]'};
  let total = ${poisson ? 'rows[0].x' : 'work[WORK_PART_RAYS]'};
  let isFirstPart = work[WORK_FIRST_RAY] == 0u && work[WORK_PART_RAYS] > 0u;
  let perShare = (total + ${INPUT_SHARES - 1}u) / ${INPUT_SHARES}u;
  let end = first + min(total, (group.y + 1u) * perShare);
  let input = group.x / ${partsOf(shape)}u;
  let column = (group.x % ${partsOf(shape)}u) * W + j;
  var sum = 0.0;
  for (var i = first + min(total, group.y * perShare); i < end; i++) {
${
  poisson
    ? `    if (((inputSpikes[i][input >> 5u] >> (input & 31u)) & 1u) != 0u) { sum += outputGradients[i * ${shape.columns[0]}u + column]; }`
    : `    if (rayOffsets[i].y != rayOffsets[i + 1u].y) { sum += views[i * ${views}u + input] * rayGradients[i * ${shape.columns[0]}u + column]; }`
}
  }
  let to = (group.y * ${inputGroups(shape)}u + group.x) * W + j;
  partialInputs[to] = sum + select(partialInputs[to], 0.0, isFirstPart);
}
`,
  };
}
