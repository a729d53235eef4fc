/**
 * log(1 + x) and exp(x) - 1 without loss near 0, where WGSL's own functions are inaccurate. No step relies on the order in which a compiler
 * adds: WGSL allows it to reassociate, so the usual tricks of compensation would not hold.
 *
 *     log(1 + x) = 2 atanh(x / (2 + x))        |x| < 1: the series in s = x / (2 + x), |s| <= 1/3
 *     exp(x) - 1 = x + x^2/2! + ...            |x| < 1/2
 */
export const preciseMathWgsl = /* wgsl */ `
/** x > -1/2. Relative error about 2e-7. */
fn log1p(x: f32) -> f32 {
  if (x >= 1.0) { return log(1.0 + x); }
  let s = x / (2.0 + x);
  let q = s * s;
  let tail = q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0))))));
  return 2.0 * s * (1.0 + tail);
}

/** x <= 0. Relative error below 1e-6. */
fn expm1(x: f32) -> f32 {
  if (x < -0.5) { return exp(x) - 1.0; }
  let tail = x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0))))));
  return x * (1.0 + tail);
}
`;
