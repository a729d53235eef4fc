/** Poisson encoding (docs/model.md, section 3): Bernoulli spikes of the min-max normalised input, from a counter-based hash. */
import { firstRay, inputHigh, inputLow, noiseSeed } from './state';

function hash32(x: u32): u32 {
  x = (x ^ (x >> 16)) * 0x21f0aaad;
  x = (x ^ (x >> 15)) * 0xd35a2d97;
  return x ^ (x >> 15);
}

/** Key of one time step t of a sample. */
export function noiseKey(ray: i32, step: i32, t: i32): u32 {
  return noiseSeed ^ hash32((<u32>(firstRay + ray) * 0x9e3779b1) ^ hash32(<u32>step * 64 + <u32>t));
}

/** 1 or 0 for input c with value x. */
export function inputSpike(key: u32, c: i32, x: f32): f32 {
  const range = inputHigh - inputLow;
  const normal: f32 = range > 0 ? min(max((x - inputLow) / range, 0), 1) : 0;
  const u = <f32>(hash32(key ^ (<u32>c * 0x85ebca6b)) >> 8) / 16777216;
  return u < normal ? 1 : 0;
}

/** d spike / d x, straight through. */
export function inputSlope(x: f32): f32 {
  const range = inputHigh - inputLow;
  return range > 0 && x >= inputLow && x <= inputHigh ? 1 / range : 0;
}
