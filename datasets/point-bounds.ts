/** What a sparse point cloud says about where a scene lies. Such clouds have outliers, so everything is read from quantiles. */
import type { Box } from '../src/geometry/box.ts';
import { planeBounds } from '../src/geometry/lens.ts';
import type { Camera } from '../src/geometry/camera.ts';
import type { DepthRange } from './scene-data.ts';
import type { PosedImage } from './scene-format.ts';

/** Share of the points that is ignored at each end. LLFF's bounds use the same. */
const OUTLIERS = 0.001;
/** Surfaces reach beyond the points found on them. */
const BOX_MARGIN = 0.15;
const DEPTH_MARGIN = 0.2;
/** More points than this say nothing more. */
const ENOUGH = 20_000;
/** Fewer points in a view than this say nothing about it. */
const TOO_FEW = 8;

/**
 * Box around [P,3] points, or null if they are too few or lie in a plane along an axis.
 *
 * @param slack by which each coordinate may be wrong
 */
export function pointBox(points: Float32Array, slack = 0): Box | null {
  if (points.length / 3 < TOO_FEW) return null;
  const sides = [0, 1, 2].map((axis) => {
    const sorted = Float32Array.from({ length: points.length / 3 }, (_, i) => points[i * 3 + axis]).sort();
    const [low, high] = [quantile(sorted, OUTLIERS), quantile(sorted, 1 - OUTLIERS)];
    const margin = (high - low) * BOX_MARGIN + slack;
    return [low - margin, high + margin];
  });
  if (sides.some(([low, high]) => !(high > low))) return null;
  return { min: [sides[0][0], sides[1][0], sides[2][0]], max: [sides[0][1], sides[1][1], sides[2][1]] };
}

/** The z-depths of the [P,3] points that a camera sees, or null if it sees too few. */
export function pointDepths(camera: Camera, points: Float32Array, slack = 0): DepthRange | null {
  const sorted = sortedDepths(camera, points);
  if (sorted === null) return null;
  const [near, far] = [quantile(sorted, OUTLIERS), quantile(sorted, 1 - OUTLIERS)];
  return { near: Math.max(near - slack, near / 2) * (1 - DEPTH_MARGIN), far: (far + slack) * (1 + DEPTH_MARGIN) };
}

/** Median z-depth of the points that a camera sees, or null if it sees too few. */
export function medianDepth(camera: Camera, points: Float32Array): number | null {
  const sorted = sortedDepths(camera, points);
  return sorted && quantile(sorted, 0.5);
}

function sortedDepths({ camToWorld: m, intrinsics }: Camera, points: Float32Array): Float64Array | null {
  const { left, right, top, bottom } = planeBounds(intrinsics);
  const stride = Math.max(1, Math.ceil(points.length / 3 / ENOUGH)) * 3;
  const depths: number[] = [];
  for (let i = 0; i < points.length; i += stride) {
    const [x, y, z] = [points[i] - m[3], points[i + 1] - m[7], points[i + 2] - m[11]];
    const depth = -(m[2] * x + m[6] * y + m[10] * z);
    if (!(depth > 0)) continue;
    const u = (m[0] * x + m[4] * y + m[8] * z) / depth;
    const v = -(m[1] * x + m[5] * y + m[9] * z) / depth;
    if (u >= left && u <= right && v >= top && v <= bottom) depths.push(depth);
  }
  return depths.length < TOO_FEW ? null : Float64Array.from(depths).sort();
}

/** The z-depths between which a box lies for all cameras; those inside it have it from a twentieth of the greatest depth on. Null if it is behind all. */
export function boxDepths(box: Box, poses: readonly ArrayLike<number>[]): DepthRange | null {
  let near = Infinity;
  let far = -Infinity;
  for (const m of poses) {
    for (let corner = 0; corner < 8; corner++) {
      const [x, y, z] = [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? box.max : box.min)[axis] - m[axis * 4 + 3]);
      const depth = -(m[2] * x + m[6] * y + m[10] * z);
      near = Math.min(near, depth);
      far = Math.max(far, depth);
    }
  }
  return far > 0 ? { near: Math.max(near, far / 20), far } : null;
}

/** What the views have been found to show, together; null if nothing was. */
export function viewDepths(cameras: readonly Pick<PosedImage, 'depthRange'>[]): DepthRange | null {
  const ranges = cameras.flatMap(({ depthRange: range }) => range ?? []);
  if (ranges.length === 0) return null;
  return ranges.reduce((all, { near, far }) => ({ near: Math.min(all.near, near), far: Math.max(all.far, far) }));
}

function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))];
}
