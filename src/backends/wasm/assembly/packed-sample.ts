/**
 * A packed sample: one step of a ray whose alpha exceeds the threshold. The samples of a ray are contiguous, front to back; those of a lane
 * follow each other. 12 words:
 *
 *     0 base voxel (of bricks: its coordinates)   1..3 fractions   4 alpha   5 transmittance before it   6 step index   7 index among the lane's network samples, or -1
 *     8 d alpha / d density   9 d loss / d density   10 z of the base voxel   11 distance from the origin
 */
export const SAMPLE_BYTES: usize = 48;

// @ts-ignore: decorator
@inline
export function baseOf(r: usize): i32 {
  return load<i32>(r);
}
// @ts-ignore: decorator
@inline
export function alphaOf(r: usize): f32 {
  return load<f32>(r, 16);
}
// @ts-ignore: decorator
@inline
export function transmittanceOf(r: usize): f32 {
  return load<f32>(r, 20);
}
// @ts-ignore: decorator
@inline
export function stepOf(r: usize): i32 {
  return load<i32>(r, 24);
}
// @ts-ignore: decorator
@inline
export function networkIndexOf(r: usize): i32 {
  return load<i32>(r, 28);
}
// @ts-ignore: decorator
@inline
export function alphaSlopeOf(r: usize): f32 {
  return load<f32>(r, 32);
}
// @ts-ignore: decorator
@inline
export function setDensityGradient(r: usize, value: f32): void {
  store<f32>(r, value, 36);
}
// @ts-ignore: decorator
@inline
export function densityGradientOf(r: usize): f32 {
  return load<f32>(r, 36);
}
// @ts-ignore: decorator
@inline
export function baseZOf(r: usize): i32 {
  return load<i32>(r, 40);
}
// @ts-ignore: decorator
@inline
export function distanceOf(r: usize): f32 {
  return load<f32>(r, 44);
}
