/**
 * A solid in its own frame: centred at the origin, axis along z. Every shape answers four questions exactly, so that images, shadows and
 * depths of the generated scenes are ground truth rather than approximations.
 */

import type { Vec3 } from '../../src/geometry/vector.ts';
export interface Shape {
  /** Half of the bounding box's size, along the shape's own axes. */
  readonly halfSize: Vec3;
  /** Distance along the ray (unit direction, origin outside) to where it first enters the solid beyond `NEAREST`; Infinity if it does not. */
  enter(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number): number;
  /** Outward unit normal at a point of the surface, to `out[0..2]`. */
  normal(x: number, y: number, z: number, out: Float64Array): void;
  /** Signed distance to the surface, negative inside. */
  distance(x: number, y: number, z: number): number;
}

/** Hits nearer than this are the surface the ray starts from. */
export const NEAREST = 1e-7;

/**
 * Finds the root of a smooth signed distance along a ray from `start` (outside the solid) to `end`: sphere tracing until near the surface, then
 * Newton on the distance, which converges where sphere tracing crawls (grazing rays).
 */
export function marchToSurface(
  shape: Shape,
  origin: readonly [number, number, number],
  direction: readonly [number, number, number],
  start: number,
  end: number,
): number {
  const [ox, oy, oz] = origin;
  const [dx, dy, dz] = direction;
  let t = start;
  for (let step = 0; step < 96 && t <= end; step++) {
    const x = ox + dx * t;
    const y = oy + dy * t;
    const z = oz + dz * t;
    const distance = shape.distance(x, y, z);
    if (Math.abs(distance) < 1e-10) return t > NEAREST ? t : Infinity;
    let stride = distance;
    if (distance < 1e-3) {
      shape.normal(x, y, z, gradient);
      const slope = gradient[0] * dx + gradient[1] * dy + gradient[2] * dz;
      // Leaving the surface: step on by a little more than the distance, or a ray that only grazes would never get past it.
      stride = slope < -1e-3 ? -distance / slope : Math.max(Math.abs(distance), 1e-5);
    }
    t += stride;
  }
  return Infinity;
}

const gradient = new Float64Array(3);
