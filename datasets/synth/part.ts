/** A solid placed in the world with a material; and the few ways in which scenes place them. Lengths in metres of the scene. */
import type { Vec3 } from '../../src/model/field-spec.ts';
import { box } from './box-shape.ts';
import type { Material } from './material.ts';
import { capsule, sphere, torus } from './round-shapes.ts';
import type { Shape } from './shape.ts';
import { cylinder, frustum, tube } from './turned-shapes.ts';

export interface Part {
  readonly shape: Shape;
  readonly material: Material;
  /** [12] row-major 3x4 rigid motion from the shape's frame to the world */
  readonly frame: Float64Array;
}

export function ball(material: Material, at: Vec3, radius: number): Part {
  return alongAxis(sphere(radius), material, at, [0, 0, 1]);
}

/** Box with rounded edges, turned by `turn` radians about the world's z, then moved to `at`. */
export function block(material: Material, at: Vec3, half: Vec3, bevel = 0.01, turn = 0): Part {
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  return { shape: box(half, bevel), material, frame: Float64Array.of(c, -s, 0, at[0], s, c, 0, at[1], 0, 0, 1, at[2]) };
}

/** Box whose long axis (2 * half[2]) runs from `from` to `to`, with half widths in the two other directions. */
export function beam(material: Material, from: Vec3, to: Vec3, halfWidths: readonly [number, number], bevel = 0.005): Part {
  const { middle, half, axis } = segment(from, to);
  return alongAxis(box([halfWidths[0], halfWidths[1], half], bevel), material, middle, axis);
}

/** Round-ended rod. */
export function rod(material: Material, from: Vec3, to: Vec3, radius: number): Part {
  const { middle, half, axis } = segment(from, to);
  return alongAxis(capsule(half, radius), material, middle, axis);
}

/** Flat-ended cylinder with rounded rims. */
export function drum(material: Material, from: Vec3, to: Vec3, radius: number, bevel = 0): Part {
  const { middle, half, axis } = segment(from, to);
  return alongAxis(cylinder(half, radius, bevel), material, middle, axis);
}

/** Frustum with radius `first` at `from` and `last` at `to`. */
export function cone(material: Material, from: Vec3, to: Vec3, first: number, last: number): Part {
  const { middle, half, axis } = segment(from, to);
  return alongAxis(frustum(half, first, last), material, middle, axis);
}

export function pipe(material: Material, from: Vec3, to: Vec3, outer: number, inner: number): Part {
  const { middle, half, axis } = segment(from, to);
  return alongAxis(tube(half, outer, inner), material, middle, axis);
}

/** Torus: a circle of radius `ring` about `axis`, `thickness` being the radius of its cross-section. */
export function hoop(material: Material, at: Vec3, axis: Vec3, ring: number, thickness: number): Part {
  return alongAxis(torus(ring, thickness), material, at, axis);
}

/** World bounds of a part: [minX, minY, minZ, maxX, maxY, maxZ]. */
export function partBounds({ shape, frame }: Part): Float64Array {
  const bounds = new Float64Array(6);
  for (let axis = 0; axis < 3; axis++) {
    let reach = 0;
    for (let k = 0; k < 3; k++) reach += Math.abs(frame[axis * 4 + k]) * shape.halfSize[k];
    bounds[axis] = frame[axis * 4 + 3] - reach;
    bounds[axis + 3] = frame[axis * 4 + 3] + reach;
  }
  return bounds;
}

/** Frame whose z is `axis`; x and y are any directions across it (only boxes notice, and theirs are chosen level where possible). */
function alongAxis(shape: Shape, material: Material, at: Vec3, axis: Vec3): Part {
  const length = Math.hypot(...axis);
  const [zx, zy, zz] = axis.map((value) => value / length);
  const level = Math.hypot(zx, zy);
  const [xx, xy] = level > 1e-9 ? [-zy / level, zx / level] : [1, 0];
  // y = z cross x, with x level.
  const frame = Float64Array.of(xx, -zz * xy, zx, at[0], xy, zz * xx, zy, at[1], 0, zx * xy - zy * xx, zz, at[2]);
  return { shape, material, frame };
}

function segment(from: Vec3, to: Vec3): { middle: Vec3; half: number; axis: Vec3 } {
  const axis: Vec3 = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const middle: Vec3 = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2];
  return { middle, half: Math.hypot(...axis) / 2, axis };
}
