/** Poisson encoding (docs/model.md, section 3): Bernoulli spikes of the min-max normalised input, from a counter-based hash. */
import { firstRay, inputHigh, inputLow, noiseSeed } from './state';

function hash32(x: u32): u32 {
  x = (x ^ (x >> 16)) * 0x21f0aaad;
  x = (x ^ (x >> 15)) * 0xd35a2d97;
  return x ^ (x >> 15);
}

/** Key of what is drawn on a ray for `word`: 64 stepIndex + t here, -layer in dropout. */
export function noiseKey(ray: i32, word: u32): u32 {
  return noiseSeed ^ hash32((<u32>(firstRay + ray) * 0x9e3779b1) ^ hash32(word));
}

/** Number c of a key, uniform in [0, 1), 24 bits. */
// @ts-ignore: decorator
@inline
export function uniform(key: u32, c: i32): f32 {
  return <f32>(hash32(key ^ (<u32>c * 0x85ebca6b)) >> 8) / 16777216;
}

/** 1 or 0 for input c with value x. */
export function inputSpike(key: u32, c: i32, x: f32): f32 {
  const range = inputHigh - inputLow;
  const normal: f32 = range > 0 ? min(max((x - inputLow) / range, 0), 1) : 0;
  return uniform(key, c) < normal ? 1 : 0;
}

/** d spike / d x, straight through. */
export function inputSlope(x: f32): f32 {
  const range = inputHigh - inputLow;
  return range > 0 && x >= inputLow && x <= inputHigh ? 1 / range : 0;
}
