/**
 * Features as the network sees them: as they are, and with n = network.featureFrequencies also their sines and cosines (TensoRF's MLP_Fea; NeRF's
 * encoding without the factor pi). Of C features f_c and frequencies 2^k, k = 0 .. n-1:
 *
 *     [f_0 .. f_{C-1},  sin(f_0) .. sin(f_0 2^{n-1}), sin(f_1) ..,  cos(f_0) .. cos(f_0 2^{n-1}), cos(f_1) ..]          C (1 + 2 n) inputs
 */
import type { FieldSpec, NetworkSpec } from './field-spec.ts';
import { representationOf } from './representations/index.ts';

export function featureFrequencies(network: NetworkSpec | null): number {
  return network?.featureFrequencies ?? 0;
}

/** Inputs of the network that the features of a place make; without one the features. */
export function featureInputs(spec: Pick<FieldSpec, 'network' | 'representation'>): number {
  return representationOf(spec).features * (1 + 2 * featureFrequencies(spec.network));
}

/** [n, C (1 + 2 frequencies)] of features [n,C]. */
export function encodeFeatures(features: Float32Array, channels: number, frequencies: number): Float32Array {
  if (frequencies === 0) return features;
  const inputs = channels * (1 + 2 * frequencies);
  const count = features.length / channels;
  const out = new Float32Array(count * inputs);
  for (let row = 0; row < count; row++)
    for (let c = 0; c < channels; c++) {
      const x = features[row * channels + c];
      out[row * inputs + c] = x;
      for (let k = 0; k < frequencies; k++) {
        const at = row * inputs + channels + c * frequencies + k;
        out[at] = Math.sin(x * 2 ** k);
        out[at + channels * frequencies] = Math.cos(x * 2 ** k);
      }
    }
  return out;
}
