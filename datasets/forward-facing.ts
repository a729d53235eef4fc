/**
 * The world of forward-facing scenes (LLFF): with the mean position c of the cameras, the mean z of their backward axes and the mean y of their
 * up axes, the mean camera is R = [y x z, z x (y x z), z], t = c (each normalised); the new world is the frame of that camera,
 *
 *     p' = s R^T (p - c)        s = 1 / (0.95 nearest z-depth)
 *
 * so that normalised device coordinates from depth 1 on hold everything.
 */
import { cross, normalised, type Vec3 } from '../src/geometry/vector.ts';
import type { DepthRange, SplitName } from './scene-data.ts';
import { SPLIT_NAMES, type PlacedScene, type PosedImage } from './scene-format.ts';

/**
 * LLFF's bd_factor: depth of the near plane in depths of the nearest thing. There it is 0.75, which leaves the first quarter of the planes empty;
 * how near to each other the others lie decides what a multi-plane grid can show (docs/results.md).
 */
const BOUND_FACTOR = 0.95;

/** @param nearest z-depth of what is nearest in any view, metres of the file */
export function faceForward(posed: PlacedScene, nearest: number): { posed: PlacedScene; scale: number } {
  const scale = 1 / (nearest * BOUND_FACTOR);
  const mean = meanPose(Object.values(posed.splits).flatMap((images) => images.map(({ camToWorld }) => camToWorld)));
  const range = ({ near, far }: DepthRange): DepthRange => ({ near: near * scale, far: far * scale });
  const moved = (image: PosedImage): PosedImage => ({
    ...image,
    camToWorld: movePose(image.camToWorld, mean, scale),
    depthRange: image.depthRange && range(image.depthRange),
  });
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  for (const split of SPLIT_NAMES) if (posed.splits[split] !== undefined) splits[split] = posed.splits[split].map(moved);
  return {
    posed: {
      ...posed,
      splits,
      depthRange: posed.depthRange && range(posed.depthRange),
      box: undefined,
      points: posed.points && movePoints(posed.points, mean, scale),
    },
    scale,
  };
}

/** [16] the camera in the middle of the others. */
export function meanPose(poses: readonly ArrayLike<number>[]): Float64Array {
  const column = (c: number): Vec3 => {
    const sum = [0, 4, 8].map((row) => poses.reduce((total, m) => total + m[row + c], 0));
    return [sum[0], sum[1], sum[2]];
  };
  const back = normalised(column(2));
  const right = normalised(cross(column(1), back));
  const up = cross(back, right);
  const centre = column(3).map((value) => value / poses.length);
  return Float64Array.of(...[0, 1, 2].flatMap((axis) => [right[axis], up[axis], back[axis], centre[axis]]), 0, 0, 0, 1);
}

function movePose(m: Float64Array, mean: Float64Array, scale: number): Float64Array {
  const out = new Float64Array(16);
  out[15] = 1;
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += mean[k * 4 + row] * (m[k * 4 + column] - (column === 3 ? mean[k * 4 + 3] : 0));
      out[row * 4 + column] = column === 3 ? sum * scale : sum;
    }
  }
  return out;
}

function movePoints(points: Float32Array, mean: Float64Array, scale: number): Float32Array {
  const out = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    for (let row = 0; row < 3; row++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += mean[k * 4 + row] * (points[i + k] - mean[k * 4 + 3]);
      out[i + row] = sum * scale;
    }
  }
  return out;
}
