/**
 * Solids of revolution with flat ends: cylinder (with a rounded rim), cone frustum and tube. All lie between z = -half and z = +half.
 */
import { marchToSurface, NEAREST, type Shape } from './shape.ts';

/** Cylinder whose rims are rounded with radius `bevel` (0: sharp). */
export function cylinder(half: number, radius: number, bevel = 0): Shape {
  const innerRadius = radius - bevel;
  const innerHalf = half - bevel;
  const shape: Shape = {
    halfSize: [radius, radius, half],
    enter(ox, oy, oz, dx, dy, dz) {
      const side = wall(ox, oy, dx, dy, radius);
      const start = Math.max(slabEntry(oz, dz, half), side.entry);
      const end = Math.min(slabExit(oz, dz, half), side.exit);
      if (!(start < end) || start <= NEAREST) return Infinity;
      const x = ox + dx * start;
      const y = oy + dy * start;
      const z = oz + dz * start;
      const onFlat = Math.abs(z) <= innerHalf || x * x + y * y <= innerRadius * innerRadius;
      return onFlat ? start : marchToSurface(shape, [ox, oy, oz], [dx, dy, dz], start, end);
    },
    normal(x, y, z, out) {
      const rho = Math.max(Math.sqrt(x * x + y * y), 1e-12);
      const outward = rho - innerRadius;
      const upward = Math.abs(z) - innerHalf;
      let r = outward > 0 ? outward : 0;
      let a = upward > 0 ? upward : 0;
      if (bevel === 0 || (r === 0 && a === 0)) {
        r = outward >= upward ? 1 : 0;
        a = 1 - r;
      }
      const length = Math.sqrt(r * r + a * a);
      out[0] = (x / rho) * (r / length);
      out[1] = (y / rho) * (r / length);
      out[2] = (z < 0 ? -a : a) / length;
    },
    distance(x, y, z) {
      return cornerDistance(Math.sqrt(x * x + y * y) - innerRadius, Math.abs(z) - innerHalf) - bevel;
    },
  };
  return shape;
}

/** Cone frustum: radius `bottom` at z = -half, `top` at z = +half. */
export function frustum(half: number, bottom: number, top: number): Shape {
  const middle = (bottom + top) / 2;
  const slope = (top - bottom) / (2 * half);
  const steep = 1 / Math.sqrt(1 + slope * slope);
  const widest = Math.max(bottom, top);
  const radiusAt = (z: number): number => middle + slope * z;
  return {
    halfSize: [widest, widest, half],
    enter(ox, oy, oz, dx, dy, dz) {
      let best = Infinity;
      if (Math.abs(dz) > 1e-14) {
        const t = slabEntry(oz, dz, half);
        const limit = dz > 0 ? bottom : top;
        const x = ox + dx * t;
        const y = oy + dy * t;
        if (t > NEAREST && x * x + y * y <= limit * limit) best = t;
      }
      // rho(t) = radiusAt(z(t)), squared; the branch where radiusAt < 0 is the mirrored cone and lies outside the slab.
      const r0 = radiusAt(oz);
      const a = dx * dx + dy * dy - slope * slope * dz * dz;
      const b = ox * dx + oy * dy - r0 * slope * dz;
      const c = ox * ox + oy * oy - r0 * r0;
      const discriminant = b * b - a * c;
      if (discriminant < 0 || Math.abs(a) < 1e-14) return best;
      const root = Math.sqrt(discriminant);
      for (const t of [(-b - root) / a, (-b + root) / a]) {
        if (t > NEAREST && t < best && Math.abs(oz + dz * t) <= half) best = t;
      }
      return best;
    },
    normal(x, y, z, out) {
      const rho = Math.max(Math.sqrt(x * x + y * y), 1e-12);
      const onEnd = Math.abs(z) - half > (rho - radiusAt(z)) * steep - 1e-9;
      out[0] = onEnd ? 0 : (x / rho) * steep;
      out[1] = onEnd ? 0 : (y / rho) * steep;
      out[2] = onEnd ? Math.sign(z) : -slope * steep;
    },
    distance(x, y, z) {
      // Quilez, "capped cone": nearest point on an end disc or on the slanted side, whichever is nearer.
      const rho = Math.sqrt(x * x + y * y);
      const discX = rho - Math.min(rho, z < 0 ? bottom : top);
      const discZ = Math.abs(z) - half;
      const along = ((rho - bottom) * (top - bottom) + (z + half) * 2 * half) / ((top - bottom) ** 2 + 4 * half * half);
      const share = Math.max(0, Math.min(1, along));
      const sideX = rho - bottom - share * (top - bottom);
      const sideZ = z + half - share * 2 * half;
      const squared = Math.min(discX * discX + discZ * discZ, sideX * sideX + sideZ * sideZ);
      return Math.sqrt(squared) * (sideX < 0 && discZ < 0 ? -1 : 1);
    },
  };
}

/** A pipe: the points of a cylinder of radius `outer` outside radius `inner`. */
export function tube(half: number, outer: number, inner: number): Shape {
  const middle = (outer + inner) / 2;
  const thickness = (outer - inner) / 2;
  return {
    halfSize: [outer, outer, half],
    enter(ox, oy, oz, dx, dy, dz) {
      const outside = wall(ox, oy, dx, dy, outer);
      const hole = wall(ox, oy, dx, dy, inner);
      const cap = slabEntry(oz, dz, half);
      const leave = slabExit(oz, dz, half);
      let best = Infinity;
      if (outside.entry > NEAREST && outside.entry >= cap && outside.entry <= leave) best = outside.entry;
      if (hole.exit > NEAREST && hole.exit >= cap && hole.exit <= leave && hole.entry < hole.exit) best = Math.min(best, hole.exit);
      if (cap > NEAREST && cap < best) {
        const squared = (ox + dx * cap) ** 2 + (oy + dy * cap) ** 2;
        if (squared <= outer * outer && squared >= inner * inner) best = cap;
      }
      return best;
    },
    normal(x, y, z, out) {
      const rho = Math.max(Math.sqrt(x * x + y * y), 1e-12);
      const radial = rho - middle;
      const onWall = Math.abs(radial) - thickness >= Math.abs(z) - half;
      const sign = Math.sign(radial);
      out[0] = onWall ? (sign * x) / rho : 0;
      out[1] = onWall ? (sign * y) / rho : 0;
      out[2] = onWall ? 0 : Math.sign(z);
    },
    distance: (x, y, z) => cornerDistance(Math.abs(Math.sqrt(x * x + y * y) - middle) - thickness, Math.abs(z) - half),
  };
}

/** Distance to the quadrant u <= 0, v <= 0. */
function cornerDistance(u: number, v: number): number {
  if (u > 0 && v > 0) return Math.sqrt(u * u + v * v);
  return Math.max(u, v);
}

/** Where a ray enters and leaves the infinite cylinder around z; entry > exit if it misses. The result is reused by the next call but one. */
function wall(ox: number, oy: number, dx: number, dy: number, radius: number): { entry: number; exit: number } {
  const result = walls[(turn ^= 1)];
  const a = dx * dx + dy * dy;
  const c = ox * ox + oy * oy - radius * radius;
  if (a < 1e-14) {
    result.entry = c <= 0 ? -Infinity : Infinity;
    result.exit = -result.entry;
    return result;
  }
  const b = ox * dx + oy * dy;
  const discriminant = b * b - a * c;
  if (discriminant < 0) {
    result.entry = Infinity;
    result.exit = -Infinity;
    return result;
  }
  const root = Math.sqrt(discriminant);
  result.entry = (-b - root) / a;
  result.exit = (-b + root) / a;
  return result;
}

const walls = [
  { entry: 0, exit: 0 },
  { entry: 0, exit: 0 },
];
let turn = 0;

function slabEntry(oz: number, dz: number, half: number): number {
  if (Math.abs(dz) > 1e-14) return (-Math.sign(dz) * half - oz) / dz;
  return Math.abs(oz) <= half ? -Infinity : Infinity;
}

function slabExit(oz: number, dz: number, half: number): number {
  if (Math.abs(dz) > 1e-14) return (Math.sign(dz) * half - oz) / dz;
  return Math.abs(oz) <= half ? Infinity : -Infinity;
}
