/** Samples that are shown several times: their logits are the means over their rows. An invocation takes a sample. */
import type { KernelText } from '../kernel.ts';
import { workWgsl } from '../work.ts';
import type { NetworkShape } from './shape.ts';

export function meanLogitsKernel(shape: NetworkShape): KernelText {
  return {
    name: 'network mean logits',
    buffers: { work: 'read array<u32>', rowLogits: 'read array<vec4<f32>>', logits: 'write array<vec4<f32>>' },
    code: `${workWgsl}const REPEATS = ${shape.repeats}u;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i < work[WORK_PART_SAMPLES]) {
    var sum = vec4<f32>(0.0);
    for (var t = 0u; t < REPEATS; t++) { sum += rowLogits[i * REPEATS + t]; }
    logits[i] = sum / f32(REPEATS);
  }
}
`,
  };
}
