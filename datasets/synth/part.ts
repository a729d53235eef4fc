/** A solid placed in the world with a material, and the kit from which scenes are put together. */
import type { Vec3 } from '../../src/geometry/vector.ts';
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

/** Ways to place parts. All lengths are in the unit of the kit, angles in radians. */
export interface PartKit {
  ball(material: Material, at: Vec3, radius: number): Part;
  /** Box with edges of radius `bevel`, turned by `turn` about z. */
  block(material: Material, at: Vec3, half: Vec3, bevel?: number, turn?: number): Part;
  /** Box along a segment, with half widths across it: first the level one. */
  beam(material: Material, from: Vec3, to: Vec3, halfWidths: readonly [number, number], bevel?: number): Part;
  /** Round-ended rod. */
  rod(material: Material, from: Vec3, to: Vec3, radius: number): Part;
  /** Flat-ended cylinder with rims of radius `bevel`. */
  drum(material: Material, from: Vec3, to: Vec3, radius: number, bevel?: number): Part;
  /** Frustum with radius `first` at `from` and `last` at `to`. */
  cone(material: Material, from: Vec3, to: Vec3, first: number, last: number): Part;
  pipe(material: Material, from: Vec3, to: Vec3, outer: number, inner: number): Part;
  /** Torus: a circle of radius `ring` about `axis`, thickened by `thickness` to all sides. */
  hoop(material: Material, at: Vec3, axis: Vec3, ring: number, thickness: number): Part;
}

/** A kit whose unit of length is `unit` metres: scenes are drawn in handy numbers and made to fit their cameras here. */
export function partKit(unit: number): PartKit {
  const along = (material: Material, from: Vec3, to: Vec3, shape: (half: number) => Shape): Part => {
    const axis: Vec3 = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    const middle: Vec3 = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, (from[2] + to[2]) / 2];
    return place(shape((unit * Math.hypot(...axis)) / 2), material, middle, axis, unit);
  };
  return {
    ball: (material, at, radius) => place(sphere(unit * radius), material, at, [0, 0, 1], unit),
    block(material, at, half, bevel = 0.01, turn = 0) {
      const [c, s] = [Math.cos(turn), Math.sin(turn)];
      const frame = Float64Array.of(c, -s, 0, unit * at[0], s, c, 0, unit * at[1], 0, 0, 1, unit * at[2]);
      return { shape: box([unit * half[0], unit * half[1], unit * half[2]], unit * bevel), material, frame };
    },
    beam: (material, from, to, [level, across], bevel = 0.005) =>
      along(material, from, to, (half) => box([unit * level, unit * across, half], unit * bevel)),
    rod: (material, from, to, radius) => along(material, from, to, (half) => capsule(half, unit * radius)),
    drum: (material, from, to, radius, bevel = 0) => along(material, from, to, (half) => cylinder(half, unit * radius, unit * bevel)),
    cone: (material, from, to, first, last) => along(material, from, to, (half) => frustum(half, unit * first, unit * last)),
    pipe: (material, from, to, outer, inner) => along(material, from, to, (half) => tube(half, unit * outer, unit * inner)),
    hoop: (material, at, axis, ring, thickness) => place(torus(unit * ring, unit * thickness), material, at, axis, unit),
  };
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

/** Frame whose z is `axis`, whose x is level and whose y completes it; `at` in units. */
function place(shape: Shape, material: Material, at: Vec3, axis: Vec3, unit: number): Part {
  const length = Math.hypot(...axis);
  const [zx, zy, zz] = axis.map((value) => value / length);
  const level = Math.hypot(zx, zy);
  const [xx, xy] = level > 1e-9 ? [-zy / level, zx / level] : [1, 0];
  const [tx, ty, tz] = at.map((value) => value * unit);
  const frame = Float64Array.of(xx, -zz * xy, zx, tx, xy, zz * xx, zy, ty, 0, zx * xy - zy * xx, zz, tz);
  return { shape, material, frame };
}
