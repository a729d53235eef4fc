/**
 * View terms of a ray (docs/model.md, section 2): the unit direction, then the sines, then the cosines of its components times 1, 2, 4, ...
 * Doubling formulas give the higher frequencies; each doubling doubles the rounding error, which stays near 1e-6 at 4 frequencies.
 */
import { viewDirections, viewFrequencies } from './state';

/** Writes 3 + 6 * viewFrequencies floats and zeros up to `floats`. */
export function encodeView(ray: i32, out: usize, floats: i32): void {
  const p = viewDirections + <usize>ray * 12;
  const dx = <f64>load<f32>(p),
    dy = <f64>load<f32>(p, 4),
    dz = <f64>load<f32>(p, 8);
  const inverse = 1 / sqrt(dx * dx + dy * dy + dz * dz);
  const f = viewFrequencies;
  for (let axis = 0; axis < 3; axis++) {
    const u = (axis == 0 ? dx : axis == 1 ? dy : dz) * inverse;
    store<f32>(out + ((<usize>axis) << 2), <f32>u);
    // |u| <= 1: the series up to u^13 is exact to double rounding of 1e-12.
    const q = u * u;
    let s = u * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - (q / 72) * (1 - (q / 110) * (1 - q / 156))))));
    let c = 1 - (q / 2) * (1 - (q / 12) * (1 - (q / 30) * (1 - (q / 56) * (1 - (q / 90) * (1 - (q / 132) * (1 - q / 182))))));
    for (let k = 0; k < f; k++) {
      store<f32>(out + ((<usize>(3 + axis * f + k)) << 2), <f32>s);
      store<f32>(out + ((<usize>(3 + 3 * f + axis * f + k)) << 2), <f32>c);
      const doubled = 2 * s * c;
      c = 1 - 2 * s * s;
      s = doubled;
    }
  }
  for (let j = 3 + 6 * f; j < floats; j++) store<f32>(out + ((<usize>j) << 2), 0);
}
