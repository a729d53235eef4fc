/**
 * The spiral on which forward-facing scenes are shown (LLFF, NeRF's `render_path_spiral`), in their recentred world. For theta over two turns
 *
 *     c = (r_x cos theta, -r_y sin theta, -r_z sin(theta / 2))         looking at (0, 0, -f)        1 / f = 1/4 / near + 3/4 / far
 *
 * with r the 90th percentiles of the cameras' distances from their mean along the axes, near 0.9 times and far 5 times the scene's.
 */
import { resizeIntrinsics, type Size } from '../../src/geometry/intrinsics.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import type { DepthRange, View } from '../../datasets/scene-data.ts';
import { frameName, type NamedCamera } from './camera-path.ts';

const TURNS = 2;
/** LLFF's margins on the scene's depths, and share of the far one in the inverse depth that is looked at. */
const NEARER = 0.9;
const FARTHER = 5;
const FAR_SHARE = 0.75;
const PERCENTILE = 0.9;

/** z-depth of what cameras that move a little should go on looking at. */
export function focusDepth({ near, far }: DepthRange): number {
  return 1 / ((1 - FAR_SHARE) / (NEARER * near) + FAR_SHARE / (FARTHER * far));
}

/** @param views training views of a forward-facing scene */
export function spiralPath(views: readonly View[], range: DepthRange, frames: number, size: Size): NamedCamera[] {
  const [rx, ry, rz] = [3, 7, 11].map((place) => percentile(views.map(({ camToWorld }) => Math.abs(camToWorld[place]))));
  const target: Vec3 = [0, 0, -focusDepth(range)];
  const intrinsics = { ...resizeIntrinsics(views[0].intrinsics, size), distortion: undefined };
  return Array.from({ length: frames }, (_, frame) => {
    const theta = (2 * Math.PI * TURNS * frame) / frames;
    const position: Vec3 = [rx * Math.cos(theta), -ry * Math.sin(theta), -rz * Math.sin(theta / 2)];
    return { name: frameName(frame), camToWorld: lookAt(position, target, [0, 1, 0]), intrinsics };
  });
}

/** Linear between the values in order, as NumPy's. */
function percentile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = PERCENTILE * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}
