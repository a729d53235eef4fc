import type { FieldSpec, GridSpec } from '../src/model/field-spec.ts';
import { FARTHEST } from '../src/geometry/contraction.ts';
import { farthestDepth, NDC_NEAR } from '../src/geometry/ndc.ts';
import type { Camera } from '../src/geometry/camera.ts';

/** Of a forward-facing field's planes, all but the last sixteenth lie before this depth: what a colour map of depths reaches to. */
const SHOWN_DEPTH = 16 * NDC_NEAR;

/** And half of a contracted field's shell, from its centre. */
const SHOWN_RADII = 2;

/** Least and greatest distance of a point of the field's box from any of the cameras, metres: no depth of matter lies outside. */
export function boxDistances({ space, grid }: FieldSpec, cameras: readonly Camera[]): [number, number] {
  if (space.kind === 'ndc') return planeDistances(grid, cameras, farthestDepth(grid));
  if (space.kind === 'unbounded') return [0, space.radius * FARTHEST];
  let nearest = Infinity;
  let farthest = 0;
  for (const { camToWorld: m } of cameras) {
    const outside = [0, 1, 2].map((axis) => Math.max(grid.min[axis] - m[axis * 4 + 3], 0, m[axis * 4 + 3] - grid.max[axis]));
    const across = [0, 1, 2].map((axis) =>
      Math.max(Math.abs(grid.min[axis] - m[axis * 4 + 3]), Math.abs(grid.max[axis] - m[axis * 4 + 3])),
    );
    nearest = Math.min(nearest, Math.hypot(...outside));
    farthest = Math.max(farthest, Math.hypot(...across));
  }
  return [nearest, farthest];
}

/** The depths at the ends of a colour map: those of the field's box, or of most planes of a forward-facing field, which reach to infinity. */
export function shownDistances(spec: FieldSpec, cameras: readonly Camera[]): [number, number] {
  const { space, grid } = spec;
  if (space.kind === 'unbounded') return [0, space.radius * SHOWN_RADII];
  return space.kind === 'ndc' ? planeDistances(grid, cameras, SHOWN_DEPTH) : boxDistances(spec, cameras);
}

/** Of the part of a grid in normalised device coordinates up to a depth. */
function planeDistances({ min, max }: GridSpec, cameras: readonly Camera[], depth: number): [number, number] {
  const [x, y] = [0, 1].map((axis) => Math.max(-min[axis], max[axis]));
  let nearest = Infinity;
  let farthest = 0;
  for (const { camToWorld: m } of cameras) {
    nearest = Math.min(nearest, Math.max(0, NDC_NEAR + m[11]));
    farthest = Math.max(farthest, Math.hypot(x * depth + Math.abs(m[3]), y * depth + Math.abs(m[7]), depth + m[11]));
  }
  return [nearest, farthest];
}
