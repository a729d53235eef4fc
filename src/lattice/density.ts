/**
 * The density activation alpha = 1 - (1 + exp(s + b))^-interval and its inverses, for the parts above the backends.
 *
 * (1 + exp(x))^-n = exp(-n softplus(x)), so softplus(s + b) * interval is the optical depth of one step.
 */

/** log(1 + exp(x)) without overflow. */
export function softplus(x: number): number {
  return x > 30 ? x : Math.log1p(Math.exp(x));
}

/** The x with softplus(x) = y, for y >= 0; finite even where softplus has underflowed to 0. */
export function inverseSoftplus(y: number): number {
  return y + Math.log(-Math.expm1(-Math.max(y, Number.MIN_VALUE)));
}

export function alphaOf(density: number, shift: number, interval: number): number {
  return -Math.expm1(-interval * softplus(density + shift));
}

/** The density at which alpha equals `alpha`; alpha is strictly increasing, so "alpha > threshold" is "density > this". -Infinity for 0. */
export function densityOf(alpha: number, shift: number, interval: number): number {
  if (alpha <= 0) return -Infinity;
  if (alpha >= 1) return Infinity;
  return inverseSoftplus(-Math.log1p(-alpha) / interval) - shift;
}
