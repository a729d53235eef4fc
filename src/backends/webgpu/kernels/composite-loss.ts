/**
 * Compositing of the rays of a part in training, the losses, and the adjoint of alpha (docs/model.md, sections 1 and 4):
 *
 *     C = sum w_i rgb_i + T_last bg,   w_i = T_i alpha_i,   T_{i+1} = T_i (1 - alpha_i)
 *
 * Back to front without division:  R = d loss / d T_{i+1} (at first d loss / d T_last),  G_i = d loss / d w_i:
 * d loss / d alpha_i = T_i (G_i - R),   R <- alpha_i G_i + (1 - alpha_i) R. T_i is stored on the way forward, where the gradient will be.
 *
 * Work: one thread a ray. Cost: 48 bytes a density sample, 48 a network sample. Compared with tfjs through every case of test/conformance.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { sigmoidWgsl } from '../../../../renderer/wgsl/composite-rays.ts';
import { preciseMathWgsl } from '../../../../renderer/wgsl/precise-math.ts';
import { stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { WORK, workWgsl } from '../../../../renderer/wgsl/work.ts';

/** Rays of a workgroup. */
export const LOSS_RAYS = 64;

export const compositeLoss: KernelText = {
  name: 'compositeLoss',
  buffers: {
    step: 'uniform Step',
    work: 'read array<u32>',
    rayOffsets: 'read array<vec2<u32>>',
    targets: 'read array<f32>',
    backgrounds: 'read array<f32>',
    logits: 'read array<vec4<f32>>',
    shade: 'write array<vec4<u32>>',
    logitGradients: 'write array<vec4<f32>>',
    rayLosses: 'write array<vec4<f32>>',
  },
  code: /* wgsl */ `
${stepStruct.wgsl}${workWgsl}${preciseMathWgsl}${sigmoidWgsl}
const NO_SAMPLE = 0xffffffffu;
const MIN_PROBABILITY = 1e-6;

fn logOf(p: f32) -> f32 {
  if (p < 0.5) { return log(p); }
  return log1p(p - 1.0);
}

@compute @workgroup_size(${LOSS_RAYS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= work[WORK_PART_RAYS]) { return; }
  let ray = work[WORK_FIRST_RAY] + id.x;
  let firstSample = work[WORK_FIRST_SAMPLE];
  let first = rayOffsets[ray].x;
  let end = rayOffsets[ray + 1u].x;
  let goal = vec3<f32>(targets[3u * ray], targets[3u * ray + 1u], targets[3u * ray + 2u]);
  let background = vec3<f32>(backgrounds[3u * ray], backgrounds[3u * ray + 1u], backgrounds[3u * ray + 2u]);

  var colour = vec3<f32>(0.0);
  var transmittance = 1.0;
  for (var row = first; row < end; row++) {
    let record = shade[row];
    let alpha = bitcast<f32>(record.x);
    shade[row].w = bitcast<u32>(transmittance);
    if (record.z != NO_SAMPLE) { colour += transmittance * alpha * sigmoid(logits[record.z - firstSample].xyz); }
    transmittance *= 1.0 - alpha;
  }
  let error = colour + transmittance * background - goal;
  let colourGradient = 2.0 * step.photometricScale * error;

  var restGradient = dot(colourGradient, background);
  let p = clamp(transmittance, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY);
  let logP = logOf(p);
  let logQ = logOf(1.0 - p);
  if (p == transmittance) { restGradient += step.entropyScale * (logQ - logP); }

  var perSample = 0.0;
  for (var row = end; row > first; ) {
    row--;
    let record = shade[row];
    let alpha = bitcast<f32>(record.x);
    let before = bitcast<f32>(record.w);
    var weightGradient = 0.0;
    if (record.z != NO_SAMPLE) {
      let sample = record.z - firstSample;
      let rgb = sigmoid(logits[sample].xyz);
      let weight = before * alpha;
      let offset = rgb - goal;
      weightGradient = dot(colourGradient, rgb);
      perSample += weight * dot(offset, offset);
      let rgbGradient = weight * (colourGradient + 2.0 * step.perSampleScale * offset);
      logitGradients[sample] = vec4<f32>(rgbGradient * rgb * (1.0 - rgb), 0.0);
    }
    shade[row].w = bitcast<u32>(before * (weightGradient - restGradient) * bitcast<f32>(record.y));
    restGradient = alpha * weightGradient + (1.0 - alpha) * restGradient;
  }
  rayLosses[ray] = vec4<f32>(dot(error, error), perSample, -(p * logP + (1.0 - p) * logQ), 0.0);
}
`,
};

const THREADS = 256;

/** The sums of the rays' losses, in a fixed order: squared error, per-sample error, entropy. One workgroup. */
export const sumLosses: KernelText = {
  name: 'sumLosses',
  buffers: {
    work: 'read array<u32>',
    rayLosses: 'read array<vec4<f32>>',
    lossSums: 'write array<f32>',
  },
  code: /* wgsl */ `
var<workgroup> sums: array<vec4<f32>, ${THREADS}>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = vec4<f32>(0.0);
  for (var ray = thread; ray < work[${WORK.rays}]; ray += ${THREADS}u) { sum += rayLosses[ray]; }
  sums[thread] = sum;
  workgroupBarrier();
  for (var reach = ${THREADS / 2}u; reach > 0u; reach /= 2u) {
    if (thread < reach) { sums[thread] += sums[thread + reach]; }
    workgroupBarrier();
  }
  if (thread == 0u) {
    lossSums[0] = sums[0].x;
    lossSums[1] = sums[0].y;
    lossSums[2] = sums[0].z;
  }
}
`,
};
