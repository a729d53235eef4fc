/** Spikes in front of layer 1 (src/model/input-spikes.ts): signed whole numbers of steps, for the features of a sample and the view terms of a ray. */
import { featureLevels, featureRows, inputSteps, viewLevels, viewRows } from './state';
import { chunkRay, endSampleOf, firstSampleOf, viewsOf } from './chunk';
import { realFeatures, sampleFeatureGradients, sampleFeatures } from './scratch';
import { count, INPUT_BITS, INPUT_SPIKES, REPEATED_VIEW_BITS } from './stats';

/** Turns the features of the chunk's samples into multiples of their steps, and counts the spikes; keeps the real ones. */
export function spikeFeatures(samples: i32, block: usize): void {
  const bytes = <usize>featureRows << 2;
  const most = f32x4.splat(featureLevels), least = f32x4.splat(-featureLevels);
  let sizes = i32x4.splat(0), bits = i32x4.splat(0);
  for (let sample: usize = 0; sample < <usize>samples; sample++) {
    const at = sampleFeatures + sample * bytes, real = realFeatures + sample * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      const x = v128.load(at + c), step = v128.load(inputSteps + c);
      v128.store(real + c, x);
      const spikes = f32x4.min(f32x4.max(f32x4.nearest(f32x4.div(x, step)), least), most);
      v128.store(at + c, f32x4.mul(step, spikes));
      // A size is below 256: its ones are those of the lowest byte.
      const size = i32x4.trunc_sat_f32x4_s(f32x4.abs(spikes));
      sizes = i32x4.add(sizes, size);
      bits = i32x4.add(bits, i8x16.popcnt(size));
    }
  }
  count(block, INPUT_SPIKES, lanes(sizes));
  count(block, INPUT_BITS, lanes(bits));
}

// @ts-ignore: decorator
@inline
function lanes(sums: v128): f64 {
  return <f64>(i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3));
}

/** Takes the gradient from features beyond their levels. */
export function passFeatureGradients(samples: i32): void {
  const bytes = <usize>featureRows << 2;
  const most = f32x4.splat(featureLevels + 0.5);
  for (let sample = 0; sample < samples; sample++) {
    const real = realFeatures + <usize>sample * bytes, gradient = sampleFeatureGradients + <usize>sample * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      const inside = f32x4.le(f32x4.abs(f32x4.div(v128.load(real + c), v128.load(inputSteps + c))), most);
      v128.store(gradient + c, v128.and(inside, v128.load(gradient + c)));
    }
  }
}

/** Turns the view terms of a ray into multiples of 1/viewLevels; keeps the real ones. */
export function spikeViews(view: usize, real: usize): void {
  for (let at: usize = 0; at < <usize>viewRows << 2; at += 4) {
    const term = load<f32>(view + at);
    store<f32>(real + at, term);
    store<f32>(view + at, nearest(term * viewLevels) / viewLevels);
  }
}

/** Counts the spikes of view terms, once a ray with samples; the ones in their binary numbers again for the samples behind its first. */
export function countViews(rays: i32, block: usize): void {
  let sizes = 0, bits = 0, repeated = 0;
  for (let ray = 0; ray < rays; ray++) {
    const samples = endSampleOf(chunkRay(ray)) - firstSampleOf(chunkRay(ray));
    if (samples == 0) continue;
    const view = viewsOf(ray);
    for (let term: usize = 0; term < <usize>viewRows << 2; term += 4) {
      const size = <i32>nearest(abs(load<f32>(view + term) * viewLevels));
      sizes += size;
      bits += popcnt(size);
      repeated += popcnt(size) * (samples - 1);
    }
  }
  count(block, INPUT_SPIKES, sizes);
  count(block, INPUT_BITS, bits);
  count(block, REPEATED_VIEW_BITS, repeated);
}
