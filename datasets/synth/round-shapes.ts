/** Sphere, capsule and torus. */
import { marchToSurface, NEAREST, type Shape } from './shape.ts';

export function sphere(radius: number): Shape {
  return {
    halfSize: [radius, radius, radius],
    enter(ox, oy, oz, dx, dy, dz) {
      const b = ox * dx + oy * dy + oz * dz;
      const discriminant = b * b - (ox * ox + oy * oy + oz * oz - radius * radius);
      if (discriminant < 0) return Infinity;
      const t = -b - Math.sqrt(discriminant);
      return t > NEAREST ? t : Infinity;
    },
    normal(x, y, z, out) {
      out[0] = x / radius;
      out[1] = y / radius;
      out[2] = z / radius;
    },
    distance: (x, y, z) => Math.sqrt(x * x + y * y + z * z) - radius,
  };
}

/** The points within `radius` of the segment from z = -half to z = +half. */
export function capsule(half: number, radius: number): Shape {
  const ball = sphere(radius);
  return {
    halfSize: [radius, radius, half + radius],
    enter(ox, oy, oz, dx, dy, dz) {
      const a = dx * dx + dy * dy;
      const b = ox * dx + oy * dy;
      const c = ox * ox + oy * oy - radius * radius;
      let end = oz > 0 ? half : -half;
      if (a > 1e-14) {
        const discriminant = b * b - a * c;
        if (discriminant < 0) return Infinity;
        const t = (-b - Math.sqrt(discriminant)) / a;
        const z = oz + dz * t;
        if (Math.abs(z) <= half) return t > NEAREST ? t : Infinity;
        end = z > 0 ? half : -half;
      }
      return ball.enter(ox, oy, oz - end, dx, dy, dz);
    },
    normal(x, y, z, out) {
      ball.normal(x, y, z - Math.max(-half, Math.min(half, z)), out);
    },
    distance: (x, y, z) => ball.distance(x, y, z - Math.max(-half, Math.min(half, z))),
  };
}

/** The points within `tube` of the circle of radius `ring` in the plane z = 0. */
export function torus(ring: number, tube: number): Shape {
  const outer = ring + tube;
  const shape: Shape = {
    halfSize: [outer, outer, tube],
    enter(ox, oy, oz, dx, dy, dz) {
      // Between the planes z = +-tube and within the sphere around it all.
      let start = NEAREST;
      let end = Infinity;
      if (Math.abs(dz) > 1e-12) {
        const t0 = (-tube - oz) / dz;
        const t1 = (tube - oz) / dz;
        start = Math.max(start, Math.min(t0, t1));
        end = Math.max(t0, t1);
      } else if (Math.abs(oz) > tube) return Infinity;
      const b = ox * dx + oy * dy + oz * dz;
      const discriminant = b * b - (ox * ox + oy * oy + oz * oz - outer * outer);
      if (discriminant < 0) return Infinity;
      const root = Math.sqrt(discriminant);
      start = Math.max(start, -b - root);
      end = Math.min(end, -b + root);
      if (!(start < end)) return Infinity;
      // Distance from the axis is convex along a ray: inside the hole at both ends means inside it all the way.
      const hole = (ring - tube) ** 2;
      const inHole = (t: number): boolean => (ox + dx * t) ** 2 + (oy + dy * t) ** 2 < hole;
      return inHole(start) && inHole(end) ? Infinity : marchToSurface(shape, [ox, oy, oz], [dx, dy, dz], start, end);
    },
    normal(x, y, z, out) {
      const rho = Math.max(Math.sqrt(x * x + y * y), 1e-12);
      const radial = rho - ring;
      const length = Math.max(Math.sqrt(radial * radial + z * z), 1e-12);
      out[0] = (x / rho) * (radial / length);
      out[1] = (y / rho) * (radial / length);
      out[2] = z / length;
    },
    distance(x, y, z) {
      const radial = Math.sqrt(x * x + y * y) - ring;
      return Math.sqrt(radial * radial + z * z) - tube;
    },
  };
  return shape;
}
