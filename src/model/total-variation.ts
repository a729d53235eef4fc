/** How strongly total variation acts in a grid: the same on every backend. */

/**
 * Draws neighbours in a grid together. It is no part of the loss's value: it is added to the gradient g of the rest, as in DVGO. For a scalar p and
 * its up to six neighbours q along x, y and z, with N rays and n points along the longest axis,
 *
 *     g += weight / N * n / 128 / 6 * sum_q clamp(p - q, -1, 1)        where g is not exactly 0; everywhere if `dense`
 *
 * For planes that are factors of a field (representations/vm.ts) it is the square's gradient, everywhere.
 */
export interface TotalVariation {
  readonly density: number;
  readonly features: number;
  readonly dense: boolean;
}

/** Total variation acts nowhere, at the voxels that the rays of a step touch, or everywhere (dense). */
export type VariationReach = 'nowhere' | 'touched' | 'everywhere';

export function hasVariation({ density, features }: Pick<TotalVariation, 'density' | 'features'>): boolean {
  return density !== 0 || features !== 0;
}

export function variationReach(variation: TotalVariation): VariationReach {
  if (!hasVariation(variation)) return 'nowhere';
  return variation.dense ? 'everywhere' : 'touched';
}
