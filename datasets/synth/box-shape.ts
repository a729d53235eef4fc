/** Box with rounded edges. */
import type { Vec3 } from '../../src/geometry/vector.ts';
import { marchToSurface, NEAREST, type Shape } from './shape.ts';

/** Box of half size `half`; edges and corners rounded with radius `bevel` (0: sharp). */
export function box(half: Vec3, bevel = 0): Shape {
  const [hx, hy, hz] = half;
  const ix = hx - bevel;
  const iy = hy - bevel;
  const iz = hz - bevel;
  const shape: Shape = {
    halfSize: half,
    enter(ox, oy, oz, dx, dy, dz) {
      // 1/0 gives infinities of the right sign; 0 * Infinity cannot occur because |o| = h exactly on a parallel face only grazes.
      const rx = 1 / dx;
      const ry = 1 / dy;
      const rz = 1 / dz;
      const start = Math.max(-ox * rx - hx * Math.abs(rx), -oy * ry - hy * Math.abs(ry), -oz * rz - hz * Math.abs(rz));
      const end = Math.min(-ox * rx + hx * Math.abs(rx), -oy * ry + hy * Math.abs(ry), -oz * rz + hz * Math.abs(rz));
      if (!(start < end) || start <= NEAREST) return Infinity;
      const outside =
        (Math.abs(ox + dx * start) > ix ? 1 : 0) + (Math.abs(oy + dy * start) > iy ? 1 : 0) + (Math.abs(oz + dz * start) > iz ? 1 : 0);
      return bevel === 0 || outside <= 1 ? start : marchToSurface(shape, [ox, oy, oz], [dx, dy, dz], start, end);
    },
    normal(x, y, z, out) {
      const ux = Math.abs(x) - ix;
      const uy = Math.abs(y) - iy;
      const uz = Math.abs(z) - iz;
      let nx = Math.max(ux, 0);
      let ny = Math.max(uy, 0);
      let nz = Math.max(uz, 0);
      if (bevel === 0 || nx + ny + nz === 0) {
        nx = ux >= uy && ux >= uz ? 1 : 0;
        ny = nx === 0 && uy >= uz ? 1 : 0;
        nz = 1 - nx - ny;
      }
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
      out[0] = (x < 0 ? -nx : nx) / length;
      out[1] = (y < 0 ? -ny : ny) / length;
      out[2] = (z < 0 ? -nz : nz) / length;
    },
    distance(x, y, z) {
      const ux = Math.abs(x) - ix;
      const uy = Math.abs(y) - iy;
      const uz = Math.abs(z) - iz;
      const px = Math.max(ux, 0);
      const py = Math.max(uy, 0);
      const pz = Math.max(uz, 0);
      return Math.sqrt(px * px + py * py + pz * pz) + Math.min(Math.max(ux, uy, uz), 0) - bevel;
    },
  };
  return shape;
}
