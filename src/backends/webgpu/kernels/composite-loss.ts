/**
 * Compositing of the rays of a part in training, the losses, and the adjoint of alpha (docs/model.md, sections 1 and 4):
 *
 *     C = sum w_i rgb_i + T_last bg,   w_i = T_i alpha_i,   T_{i+1} = T_i (1 - alpha_i)
 *
 * Back to front without division:  R = d loss / d T_{i+1} (at first d loss / d T_last),  G_i = d loss / d w_i:
 * d loss / d alpha_i = T_i (G_i - R),   R <- alpha_i G_i + (1 - alpha_i) R. T_i is stored on the way forward, where the gradient will be.
 *
 * Distortion, with the sums W of w_j and M of w_j s_j over the network samples before (W, M) and behind (W', M') sample i:
 *
 *     sum_i 2 w_i (s_i W_i - M_i) + 1/3 step w_i^2        d / d w_i = 2 (s_i (W_i - W'_i) + M'_i - M_i) + 2/3 step w_i
 *
 * Work: one thread a ray. Cost: 48 bytes a density sample, 48 a network sample. Compared with tfjs through every case of test/conformance.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { contractionWgsl } from '../../../../renderer/wgsl/contraction.ts';
import { sigmoidWgsl } from '../../../../renderer/wgsl/composite-rays.ts';
import { preciseMathWgsl } from '../../../../renderer/wgsl/precise-math.ts';
import { gridStruct, stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { WORK, workWgsl } from '../../../../renderer/wgsl/work.ts';

/** Rays of a workgroup. */
export const LOSS_RAYS = 64;

/** s of step i (rayPosition of spaces/space.ts). */
const straightPosition = /* wgsl */ `
fn rayPosition(i: u32) -> f32 { return f32(i) * step.distortionStep; }
`;
const contractedPosition = /* wgsl */ `${contractionWgsl}
fn rayPosition(i: u32) -> f32 { return 1.0 - 1.0 / (1.0 + stepParameter(i32(i))); }
`;

/** @param contracted space is */
export const compositeLoss = (contracted: boolean): KernelText => ({
  name: 'compositeLoss',
  buffers: {
    ...(contracted ? { grid: 'uniform Grid' as const } : {}),
    step: 'uniform Step',
    work: 'read array<u32>',
    rayOffsets: 'read array<vec2<u32>>',
    colours: 'read array<f32>',
    sampleInfo: 'read array<vec4<u32>>',
    logits: 'read array<vec4<f32>>',
    packedAlphas: 'write array<vec4<u32>>',
    logitGradients: 'write array<vec4<f32>>',
    rayLosses: 'write array<vec4<f32>>',
  },
  code: /* wgsl */ `
${contracted ? gridStruct.wgsl : ''}${stepStruct.wgsl}${workWgsl}${preciseMathWgsl}${sigmoidWgsl}${contracted ? contractedPosition : straightPosition}
const NO_SAMPLE = 0xffffffffu;
const MIN_PROBABILITY = 1e-6;

fn logOf(p: f32) -> f32 {
  if (p < 0.5) { return log(p); }
  return log1p(p - 1.0);
}

/** The targets of all rays, then the backgrounds. */
fn colourOf(i: u32) -> vec3<f32> {
  return vec3<f32>(colours[3u * i], colours[3u * i + 1u], colours[3u * i + 2u]);
}

@compute @workgroup_size(${LOSS_RAYS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= work[WORK_PART_RAYS]) { return; }
  let ray = work[WORK_FIRST_RAY] + id.x;
  let firstSample = work[WORK_FIRST_SAMPLE];
  let first = rayOffsets[ray].x;
  let end = rayOffsets[ray + 1u].x;
  let goal = colourOf(ray);
  let background = colourOf(step.rayCount + ray);

  var colour = vec3<f32>(0.0);
  var transmittance = 1.0;
  // Sums of w_i and w_i s_i.
  var total = vec2<f32>(0.0);
  var distortion = 0.0;
  for (var row = first; row < end; row++) {
    let sampled = packedAlphas[row];
    let alpha = bitcast<f32>(sampled.x);
    packedAlphas[row].w = bitcast<u32>(transmittance);
    if (sampled.z != NO_SAMPLE) {
      let sample = sampled.z - firstSample;
      colour += transmittance * alpha * sigmoid(logits[sample].xyz);
      if (step.distortionScale != 0.0) {
        let w = transmittance * alpha;
        let s = rayPosition(sampleInfo[sample].y);
        distortion += w * (2.0 * (s * total.x - total.y) + step.distortionStep / 3.0 * w);
        total += vec2<f32>(w, w * s);
      }
    }
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
  var behind = vec2<f32>(0.0);
  for (var row = end; row > first; ) {
    row--;
    let sampled = packedAlphas[row];
    let alpha = bitcast<f32>(sampled.x);
    let before = bitcast<f32>(sampled.w);
    var weightGradient = 0.0;
    if (sampled.z != NO_SAMPLE) {
      let sample = sampled.z - firstSample;
      let rgb = sigmoid(logits[sample].xyz);
      let weight = before * alpha;
      let offset = rgb - goal;
      weightGradient = dot(colourGradient, rgb);
      if (step.distortionScale != 0.0) {
        let s = rayPosition(sampleInfo[sample].y);
        let own = vec2<f32>(weight, weight * s);
        let inFront = total - behind - own;
        let ofPairs = s * (inFront.x - behind.x) + behind.y - inFront.y;
        weightGradient += step.distortionScale * (2.0 * ofPairs + step.distortionStep * weight * (2.0 / 3.0));
        behind += own;
      }
      perSample += weight * dot(offset, offset);
      let rgbGradient = weight * (colourGradient + 2.0 * step.perSampleScale * offset);
      logitGradients[sample] = vec4<f32>(rgbGradient * rgb * (1.0 - rgb), 0.0);
    }
    packedAlphas[row].w = bitcast<u32>(before * (weightGradient - restGradient) * bitcast<f32>(sampled.y));
    restGradient = alpha * weightGradient + (1.0 - alpha) * restGradient;
  }
  rayLosses[ray] = vec4<f32>(dot(error, error), perSample, -(p * logP + (1.0 - p) * logQ), distortion);
}
`,
});

const THREADS = 256;

/** The sums of the rays' losses, in a fixed order: squared error, per-sample error, entropy, distortion. One workgroup. */
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
    lossSums[3] = sums[0].w;
  }
}
`,
};
