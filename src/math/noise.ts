/** Random numbers without a state: the same for a seed, a ray and a word on every backend (docs/model.md, section 3). */
import { hash32 } from './random.ts';

/** Key of what is drawn on a ray for `word`: 64 stepIndex + t here, -layer in dropout. */
export function noiseKey(seed: number, ray: number, word: number): number {
  return seed ^ hash32(Math.imul(ray, 0x9e3779b1) ^ hash32(word));
}

/** Number c of a key, uniform in [0, 1), 24 bits. */
export function uniform(key: number, c: number): number {
  return (hash32(key ^ Math.imul(c, 0x85ebca6b)) >>> 8) / 16777216;
}
