/**
 * Sines and cosines of the features (src/model/feature-encoding.ts) for the samples of a chunk, and the adjoint:
 *
 *     d loss / d f = d / d (f itself) + sum_k 2^k (cos(2^k f) d / d sin - sin(2^k f) d / d cos)
 *
 * Cost of a sample: 2 n transcendental functions a feature.
 */
import { featureFrequencies, featureInputs, featureRows, featureStride } from './state';
import { sampleTotal } from './chunk';
import { sampleFeatureGradients, sampleFeatures, rawFeatureGradients } from './scratch';
import { zeroFloats } from './simd';

// @ts-ignore: decorator
@inline
function channels(): i32 {
  return featureInputs / (1 + 2 * featureFrequencies);
}

/** Rows of featureStride floats to rows of featureRows, zero at their end. */
export function encodeFeatures(raw: usize, encoded: usize): void {
  const count = channels(), n = featureFrequencies;
  const cosines = (<usize>(count * n)) << 2;
  for (let sample = 0; sample < sampleTotal; sample++) {
    const source = raw + <usize>sample * (<usize>featureStride << 2), target = encoded + <usize>sample * (<usize>featureRows << 2);
    for (let j = featureInputs; j < featureRows; j++) store<f32>(target + (<usize>j << 2), 0);
    for (let c = 0; c < count; c++) {
      let x = load<f32>(source + (<usize>c << 2));
      store<f32>(target + (<usize>c << 2), x);
      let at = target + (<usize>(count + c * n) << 2);
      for (let k = 0; k < n; k++) {
        store<f32>(at, Mathf.sin(x));
        store<f32>(at + cosines, Mathf.cos(x));
        x *= 2;
        at += 4;
      }
    }
  }
}

/** From sampleFeatureGradients to rawFeatureGradients. */
export function decodeFeatureGradients(): void {
  const count = channels(), n = featureFrequencies;
  const cosines = (<usize>(count * n)) << 2;
  zeroFloats(rawFeatureGradients, sampleTotal * featureStride);
  for (let sample = 0; sample < sampleTotal; sample++) {
    const row = <usize>sample * (<usize>featureRows << 2);
    const target = rawFeatureGradients + <usize>sample * (<usize>featureStride << 2);
    for (let c = 0; c < count; c++) {
      let sum = load<f32>(sampleFeatureGradients + row + (<usize>c << 2));
      let at = row + (<usize>(count + c * n) << 2);
      let scale: f32 = 1;
      for (let k = 0; k < n; k++) {
        const sine = load<f32>(sampleFeatures + at), cosine = load<f32>(sampleFeatures + at + cosines);
        sum += scale * (cosine * load<f32>(sampleFeatureGradients + at) - sine * load<f32>(sampleFeatureGradients + at + cosines));
        scale *= 2;
        at += 4;
      }
      store<f32>(target + (<usize>c << 2), sum);
    }
  }
}
