/**
 * Features of a place as spike times: a channel scaled to [0, 1] spikes at 1 - x, its complement, without which a small value could not be told
 * from silence, at x. So C features are 2C inputs: those of the channels, then the complements.
 *
 * x = (f - low) / (high - low), clamped. Least and greatest values would be those of a few odd voxels: low and high are the 1 % and 99 %
 * quantiles of the places trained on, which is our choice.
 */
import { spikesAt, type SpikeTimes } from '../stdp/first-spike-layer.ts';

export interface FeatureRange {
  /** [C] each */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const TAIL = 0.01;

/** @param features [n,C] */
export function rangeOf(features: Float32Array, channels: number): FeatureRange {
  const count = features.length / channels;
  const ends = Array.from({ length: channels }, (_, c) => {
    const values = Float32Array.from({ length: count }, (_, i) => features[i * channels + c]).sort();
    return [values[Math.floor(TAIL * (count - 1))], values[Math.ceil((1 - TAIL) * (count - 1))]];
  });
  return { low: ends.map(([low]) => low), high: ends.map(([, high]) => high) };
}

/** [C] x of a place. @param features [n,C], of which row `place` is taken */
export function scaledFeatures(features: Float32Array, place: number, { low, high }: FeatureRange): Float64Array {
  return Float64Array.from(low, (least, c) => {
    const width = high[c] - least;
    return width > 0 ? Math.min(1, Math.max(0, (features[place * low.length + c] - least) / width)) : 0;
  });
}

/** @param features [n,C], of which row `place` is taken */
export function placeSpikes(features: Float32Array, place: number, range: FeatureRange): SpikeTimes {
  const x = scaledFeatures(features, place, range);
  return spikesAt(Float64Array.of(...x.map((value) => 1 - value), ...x));
}
