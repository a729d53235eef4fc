/**
 * Moderate dropout (LTMD; docs/model.md, section 3): a neuron is dropped for a whole ray, idle ones more often. For neuron c of a layer on a ray,
 * d: its mean spike over the ray's samples, rho: the share to drop:
 *
 *     p = (d - min d) / (max d - min d),  1/2 if all are equal         q = clamp(1 - (1-p) rho / (1 - mean p), 0, 1)
 *     output <- output 1[u < q] / q           u = (hash32(seed ^ hash32(ray 0x9E3779B1 ^ hash32(-layer)) ^ c 0x85EBCA6B) >>> 8) / 2^24
 *
 * No gradient passes through q.
 */
import { noiseKey, uniform } from '../../math/noise.ts';

export interface Dropout {
  /** rho */
  readonly share: number;
  readonly seed: number;
}

export interface KeptNeurons {
  /** [N,W] 1[u < q] / q */
  readonly factors: Float32Array;
  /** Least |u - q|. */
  readonly margin: number;
}

/**
 * @param spikes sum over the samples of each ray, [N,W]; rays without samples have zeros and draw as the others do
 * @param layer 1 or 2
 */
export function keepNeurons(spikes: Float32Array, width: number, layer: number, { share, seed }: Dropout): KeptNeurons {
  const factors = new Float32Array(spikes.length);
  let margin = Infinity;
  for (let ray = 0; ray < spikes.length / width; ray++) {
    const d = spikes.subarray(ray * width, (ray + 1) * width);
    const [low, high] = [Math.min(...d), Math.max(...d)];
    const p = Array.from(d, (value) => (high > low ? (value - low) / (high - low) : 0.5));
    const idle = 1 - p.reduce((sum, value) => sum + value, 0) / width;
    const key = noiseKey(seed, ray, -layer);
    p.forEach((value, c) => {
      const q = Math.min(Math.max(1 - ((1 - value) * share) / idle, 0), 1);
      const u = uniform(key, c);
      margin = Math.min(margin, Math.abs(u - q));
      factors[ray * width + c] = u < q ? 1 / q : 0;
    });
  }
  return { factors, margin };
}
