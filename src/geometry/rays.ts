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
