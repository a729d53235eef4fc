/**
 * Normalised device coordinates of forward-facing scenes (NeRF, appendix C). In the world of datasets/forward-facing.ts, which is looked at along
 * -Z and where everything lies beyond the depth n = 1, with the depth D = -z of a place:
 *
 *     x' = x / D        y' = y / D        z' = 1 - 2 n / D                 D = n .. infinity is z' = -1 .. 1
 *
 * Straight lines stay straight. The ray o + s d, moved to where it begins at D = n, becomes o' + t d' with
 *
 *     o' = (o_x / n, o_y / n, -1)        d' = (-d_x / d_z - o_x / n, -d_y / d_z - o_y / n, 2)        t = 1 - n / D
 *
 * so that one step of t is one step of z' on all rays. NeRF's factors 2 f / W and 2 f / H on x' and y' are left out: the grid's box takes up any
 * scale, and without them its voxels are as wide as they are high.
 */
import type { Vec3 } from './vector.ts';
import type { Rays } from './rays.ts';

/** n; `near` of the scene's space. */
export const NDC_NEAR = 1;

/** Where the direction's part along -Z is at most this, nothing is seen. */
const LEAST_FORWARD = 1e-6;

/** From world rays to rays in normalised device coordinates, in place; directions as they were go to `viewDirections` [N,3]. */
export function toNdc({ count, origins, directions }: Rays, viewDirections: Float32Array): void {
  viewDirections.set(directions);
  for (let at = 0; at < count * 3; at += 3) {
    const [x, y, z] = [origins[at], origins[at + 1], origins[at + 2]];
    const forward = -directions[at + 2];
    if (!(forward > LEAST_FORWARD)) {
      // Beyond infinity, and away from it.
      origins.set([0, 0, 2], at);
      directions.set([0, 0, 1], at);
      continue;
    }
    const [slopeX, slopeY] = [directions[at] / forward, directions[at + 1] / forward];
    const nearX = x / NDC_NEAR + slopeX * (1 + z / NDC_NEAR);
    const nearY = y / NDC_NEAR + slopeY * (1 + z / NDC_NEAR);
    // A camera beyond the near plane sees nothing of what lies behind it.
    const start = z < -NDC_NEAR ? 1 + NDC_NEAR / z : 0;
    directions[at] = slopeX - nearX;
    directions[at + 1] = slopeY - nearY;
    directions[at + 2] = 2;
    origins[at] = nearX + start * (slopeX - nearX);
    origins[at + 1] = nearY + start * (slopeY - nearY);
    origins[at + 2] = -1 + 2 * start;
  }
}

/** The z-depth of z', metres; Infinity at 1. */
export function depthOf(z: number): number {
  return (2 * NDC_NEAR) / (1 - z);
}

/** z-depth beyond which the grid's planes tell nothing from infinity: half a plane before it, metres. */
export function farthestDepth(grid: { readonly size: Vec3 }): number {
  return 2 * NDC_NEAR * (grid.size[2] - 1);
}

/**
 * The depths t of rays in normalised device coordinates as metres along the camera's rays, in place. A mean of t is a mean of 1/depth, so that
 * what is behind everything, at t = 1, does not weigh endlessly. A ray that met nothing to march through keeps its 0.
 *
 * @param position of the camera of which `toNdc` took the rays
 */
export function ndcToMetres(
  { depth: depths, opacity }: { readonly depth: Float32Array; readonly opacity: Float32Array },
  { origins, viewDirections }: Rays,
  position: Vec3,
  grid: { readonly size: Vec3 },
): void {
  const directions = viewDirections!;
  const farthest = farthestDepth(grid);
  for (let ray = 0; ray < depths.length; ray++) {
    if (depths[ray] === 0 && opacity[ray] === 0) continue;
    const at = ray * 3;
    const forward = -directions[at + 2];
    const toInfinity = 1 - (origins[at + 2] + 2 * depths[ray]);
    const depth = Math.min(farthest, (2 * NDC_NEAR) / Math.max(toInfinity, Number.MIN_VALUE));
    const length = Math.hypot(directions[at], directions[at + 1], directions[at + 2]);
    depths[ray] = ((depth + position[2]) / forward) * length;
  }
}

/** The direction, of no certain length, in which a camera at `position` sees the place (x', y', z'). */
export function directionTo([x, y, z]: Vec3, position: Vec3): Vec3 {
  const inverseDepth = (1 - z) / (2 * NDC_NEAR);
  return [x - position[0] * inverseDepth, y - position[1] * inverseDepth, -1 - position[2] * inverseDepth];
}
