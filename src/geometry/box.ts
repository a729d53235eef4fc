import type { Vec3 } from './vector.ts';

/** A box in the space of a field: metres of the world, or normalised device coordinates. */
export interface Box {
  readonly min: Vec3;
  readonly max: Vec3;
}
