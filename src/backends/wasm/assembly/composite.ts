/**
 * Compositing and its adjoint, losses (docs/model.md, sections 1 and 4), ray by ray over a chunk.
 *
 *     C = sum w_i rgb_i + T_last bg,   w_i = T_i alpha_i,   T_{i+1} = T_i (1 - alpha_i)
 *
 * Adjoint of alpha, back to front without division:  R = d loss / d T_{i+1} (at first d loss / d T_last),
 * G_i = d loss / d w_i:   d loss / d alpha_i = T_i (G_i - R),   R <- alpha_i G_i + (1 - alpha_i) R.
 *
 * Distortion, with the sums W of w_j and M of w_j s_j over the network samples before (W, M) and behind (W', M') sample i:
 *
 *     sum_i 2 w_i (s_i W_i - M_i) + 1/3 step w_i^2        d / d w_i = 2 (s_i (W_i - W'_i) + M'_i - M_i) + 2/3 step w_i
 */
import {
  backgrounds, distortionScale, distortionStep, entropyScale, innerSteps, perSampleScale, photometricScale, targets, teacherColourScale,
} from './state';
import {
  chunkRay, endPackedOf, endSampleOf, firstPackedOf, firstSampleOf, lastTransmittanceOf, rayIndexOf, rayTotal,
} from './chunk';
import { sampleColours, sampleGradients, teacherColours } from './scratch';
import { alphaOf, alphaSlopeOf, distanceOf, networkIndexOf, SAMPLE_BYTES, setDensityGradient, stepOf, transmittanceOf } from './packed-sample';
import { madd } from './simd';
import { count, DISTORTION, ENTROPY, PER_SAMPLE_ERROR, SQUARED_ERROR, TEACHER_COLOUR_ERROR } from './stats';

/** Three floats as a vector with a zero fourth lane. */
// @ts-ignore: decorator
@inline
function load3(p: usize): v128 {
  return f32x4(load<f32>(p), load<f32>(p, 4), load<f32>(p, 8), 0);
}

// @ts-ignore: decorator
@inline
function sum3(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2);
}

/** sum w_i rgb_i of ray c of the chunk, without background. */
export function compositeColour(c: usize): v128 {
  let colour = f32x4.splat(0);
  let sample = firstSampleOf(c);
  const end = endPackedOf(c);
  for (let r = firstPackedOf(c); r < end; r += SAMPLE_BYTES) {
    if (networkIndexOf(r) < 0) continue;
    const weight = transmittanceOf(r) * alphaOf(r);
    colour = madd(f32x4.splat(weight), v128.load(sampleColours + (<usize>sample << 4)), colour);
    sample++;
  }
  return colour;
}

/** s of a sample (rayPosition of spaces/space.ts). */
// @ts-ignore: decorator
@inline
function rayPosition(r: usize): f32 {
  return innerSteps ? 1 - 1 / (1 + distanceOf(r)) : <f32>stepOf(r) * distortionStep;
}

/** Sums of w_i and of w_i s_i on the ray that `measureDistortion` was called for. */
let totalWeight: f32 = 0;
let totalMoment: f32 = 0;

/** The distortion of ray c of the chunk. */
function measureDistortion(c: usize): f64 {
  let sum: f64 = 0;
  totalWeight = 0;
  totalMoment = 0;
  const end = endPackedOf(c);
  for (let r = firstPackedOf(c); r < end; r += SAMPLE_BYTES) {
    if (networkIndexOf(r) < 0) continue;
    const weight = transmittanceOf(r) * alphaOf(r), s = rayPosition(r);
    sum += <f64>(weight * (2 * (s * totalWeight - totalMoment) + <f32>(1.0 / 3) * distortionStep * weight));
    totalWeight += weight;
    totalMoment += weight * s;
  }
  return sum;
}

/** Losses of all rays of the chunk; writes sampleGradients (d loss / d logits) and the density gradients of the packed samples. */
export function lossAndGradients(block: usize): void {
  let squared: f64 = 0, perSample: f64 = 0, entropy: f64 = 0, toTeacher: f64 = 0, distortion: f64 = 0;
  for (let index = 0; index < rayTotal; index++) {
    const c = chunkRay(index);
    const ray = <usize>rayIndexOf(c) * 12;
    const target = load3(targets + ray), background = load3(backgrounds + ray);
    const last = lastTransmittanceOf(c);
    const colour = madd(f32x4.splat(last), background, compositeColour(c));
    const error = f32x4.sub(colour, target);
    squared += <f64>sum3(f32x4.mul(error, error));
    const colourGradient = f32x4.mul(f32x4.splat(2 * photometricScale), error);

    let restGradient = sum3(f32x4.mul(colourGradient, background));
    const p = min(max(last, 1e-6), <f32>(1 - 1e-6));
    const logP = Mathf.log(p), logQ = Mathf.log(1 - p);
    entropy -= <f64>(p * logP + (1 - p) * logQ);
    if (p == last) restGradient += entropyScale * (logQ - logP);

    if (distortionScale != 0) distortion += measureDistortion(c);
    let weightBehind: f32 = 0, momentBehind: f32 = 0;
    let sample = endSampleOf(c);
    const first = firstPackedOf(c);
    for (let r = endPackedOf(c); r > first; ) {
      r -= SAMPLE_BYTES;
      const alpha = alphaOf(r), transmittance = transmittanceOf(r);
      let weightGradient: f32 = 0;
      if (networkIndexOf(r) >= 0) {
        sample--;
        const at = <usize>sample << 4;
        const rgb = v128.load(sampleColours + at);
        const weight = transmittance * alpha;
        weightGradient = sum3(f32x4.mul(colourGradient, rgb));
        if (distortionScale != 0) {
          const s = rayPosition(r), moment = weight * s;
          const weightBefore = totalWeight - weightBehind - weight, momentBefore = totalMoment - momentBehind - moment;
          const ofPairs = s * (weightBefore - weightBehind) + momentBehind - momentBefore;
          weightGradient += distortionScale * (2 * ofPairs + <f32>(2.0 / 3) * distortionStep * weight);
          weightBehind += weight;
          momentBehind += moment;
        }
        const offset = f32x4.sub(rgb, target);
        perSample += <f64>(weight * sum3(f32x4.mul(offset, offset)));
        let errorGradient = madd(f32x4.splat(2 * perSampleScale), offset, colourGradient);
        if (teacherColourScale != 0) {
          const distance = f32x4.sub(rgb, v128.load(teacherColours + at));
          toTeacher += <f64>(weight * sum3(f32x4.mul(distance, distance)));
          errorGradient = madd(f32x4.splat(2 * teacherColourScale), distance, errorGradient);
        }
        const rgbGradient = f32x4.mul(f32x4.splat(weight), errorGradient);
        const slope = f32x4.mul(rgb, f32x4.sub(f32x4.splat(1), rgb));
        v128.store(sampleGradients + at, f32x4.replace_lane(f32x4.mul(rgbGradient, slope), 3, 0));
      }
      setDensityGradient(r, transmittance * (weightGradient - restGradient) * alphaSlopeOf(r));
      restGradient = alpha * weightGradient + (1 - alpha) * restGradient;
    }
  }
  count(block, SQUARED_ERROR, squared);
  count(block, PER_SAMPLE_ERROR, perSample);
  count(block, ENTROPY, entropy);
  count(block, TEACHER_COLOUR_ERROR, toTeacher);
  count(block, DISTORTION, distortion);
}
