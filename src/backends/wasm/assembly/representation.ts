/**
 * Which representation a kernel is compiled for: kernels that meet it take one of these as a type parameter, and the compiler leaves out what is not asked.
 */

/** Dense grids. */
export type Dense = u8;
/** Vector-matrix factors. */
export type Factors = u16;

/** Dense grids in bricks. */
export type Bricks = u32;

// @ts-ignore: decorator
@inline
export function hasBricks<R>(): bool {
  return sizeof<R>() == sizeof<Bricks>();
}

// @ts-ignore: decorator
@inline
export function hasFactors<R>(): bool {
  return sizeof<R>() == sizeof<Factors>();
}
