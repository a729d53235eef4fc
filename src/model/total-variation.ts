/** How strongly total variation acts in a grid (`TotalVariation` in backends/backend.ts): the same on every backend. */
import type { TotalVariation, VariationReach } from '../backends/backend.ts';
import type { GridSpec } from './field-spec.ts';

/** Points along an edge of the grid that DVGO's weights are given for. */
const REFERENCE_POINTS = 128;
const NEIGHBOURS = 6;

/** Factor of the clamped difference to one neighbour. */
export function variationScale(weight: number, { size }: GridSpec, rays: number): number {
  return ((weight / rays) * Math.max(...size)) / REFERENCE_POINTS / NEIGHBOURS;
}

export function hasVariation({ density, features }: Pick<TotalVariation, 'density' | 'features'>): boolean {
  return density !== 0 || features !== 0;
}

export function variationReach(variation: TotalVariation): VariationReach {
  if (!hasVariation(variation)) return 'nowhere';
  return variation.dense ? 'everywhere' : 'touched';
}
