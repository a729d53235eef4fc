/** The kinds of space a field can divide. */
import type { Vec3 } from '../geometry/vector.ts';

/** What a field's grid divides evenly, and in what the steps of a ray are counted. */
export type FieldSpace =
  /** The world; metres. */
  | { readonly kind: 'bounded' }
  /** Normalised device coordinates (src/geometry/ndc.ts); units of the ray's direction, so that steps of all rays lie on the same planes. */
  | { readonly kind: 'ndc' }
  /**
   * Contracted space (src/geometry/contraction.ts) around a cube of half side `radius`, metres of the world; units of it, along unit directions, each
   * ray at the same distances.
   */
  | { readonly kind: 'unbounded'; readonly centre: Vec3; readonly radius: number };

export const BOUNDED: FieldSpace = { kind: 'bounded' };

export type SpaceKind = FieldSpace['kind'];
export const SPACE_KINDS: readonly SpaceKind[] = ['bounded', 'ndc', 'unbounded'];
