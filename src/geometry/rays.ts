/** N rays in the field's space. Directions need not be normalised: `near` counts in units of them; steps are what FieldSpace (spaces/space.ts) says. */
export interface Rays {
  readonly count: number;
  /** [N,3] */
  readonly origins: Float32Array;
  /** [N,3] */
  readonly directions: Float32Array;
  /** [N,3] world: what the network sees of the direction; default: `directions` */
  readonly viewDirections?: Float32Array;
}

/** Rays [first, end), in the same memory. */
export function sliceRays({ origins, directions, viewDirections }: Rays, first: number, end: number): Rays {
  return {
    count: end - first,
    origins: origins.subarray(first * 3, end * 3),
    directions: directions.subarray(first * 3, end * 3),
    viewDirections: viewDirections?.subarray(first * 3, end * 3),
  };
}
