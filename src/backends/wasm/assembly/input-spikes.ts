/** Spikes in front of layer 1 (src/model/input-spikes.ts): signed whole numbers of steps, for the features of a sample and the view terms of a ray. */
import { featureLevels, featureRows, inputSteps, viewFrequencies, viewLevels, viewRows } from './state';
import { chunkRay, endSampleOf, firstSampleOf, viewsOf } from './chunk';
import { realFeatures, sampleFeatureGradients, sampleFeatures } from './scratch';
import { count, INPUT_BITS, INPUT_SPIKES } from './stats';

/** Turns the features of the chunk's samples into multiples of their steps; keeps the real ones. */
export function spikeFeatures(samples: i32): void {
  const bytes = <usize>featureRows << 2;
  const most = f32x4.splat(featureLevels), least = f32x4.splat(-featureLevels);
  for (let sample: usize = 0; sample < <usize>samples; sample++) {
    const at = sampleFeatures + sample * bytes, real = realFeatures + sample * bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      const x = v128.load(at + c), step = v128.load(inputSteps + c);
      v128.store(real + c, x);
      v128.store(at + c, f32x4.mul(step, f32x4.min(f32x4.max(f32x4.nearest(f32x4.div(x, step)), least), most)));
    }
  }
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

/**
 * The sizes of the chunk's input spikes, of the features once a sample and of the view terms once a ray with samples; and the ones in their
 * binary numbers, both once a sample.
 */
export function countInputs(rays: i32, block: usize): void {
  let spikes: i64 = 0, bits: i64 = 0;
  for (let ray = 0; ray < rays; ray++) {
    const first = firstSampleOf(chunkRay(ray)), end = endSampleOf(chunkRay(ray));
    if (first == end) continue;
    if (featureLevels > 0) {
      const stop = sampleFeatures + ((<usize>end * <usize>featureRows) << 2);
      for (let at = sampleFeatures + ((<usize>first * <usize>featureRows) << 2); at < stop; at += <usize>featureRows << 2) {
        for (let channel: usize = 0; channel < <usize>featureRows << 2; channel += 4) {
          const size = <i32>nearest(abs(load<f32>(at + channel) / load<f32>(inputSteps + channel)));
          spikes += size;
          bits += popcnt(size);
        }
      }
    }
    if (viewLevels > 0) {
      const view = viewsOf(ray);
      for (let term = 0; term < 3 + 6 * viewFrequencies; term++) {
        const size = <i32>nearest(abs(load<f32>(view + (<usize>term << 2)) * viewLevels));
        spikes += size;
        bits += popcnt(size) * (end - first);
      }
    }
  }
  count(block, INPUT_SPIKES, <f64>spikes);
  count(block, INPUT_BITS, <f64>bits);
}
