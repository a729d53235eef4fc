/**
 * Between the world of a field and the coordinates of its scene's file (find-frame.ts says when they are not the same; null: they are):
 *
 *     p_file = centre + p_world / scale            length_file = length_world / scale
 */
import type { Box } from '../src/geometry/box.ts';
import type { Vec3 } from '../src/geometry/vector.ts';
import type { WorldFrame } from './scene-data.ts';

export function pointToFile(frame: WorldFrame | null, p: Vec3): Vec3 {
  if (frame === null) return p;
  const { centre, scale } = frame;
  return [centre[0] + p[0] / scale, centre[1] + p[1] / scale, centre[2] + p[2] / scale];
}

function pointFromFile({ centre, scale }: WorldFrame, p: Vec3): Vec3 {
  return [(p[0] - centre[0]) * scale, (p[1] - centre[1]) * scale, (p[2] - centre[2]) * scale];
}

export function lengthToFile(frame: WorldFrame | null, length: number): number {
  return frame === null ? length : length / frame.scale;
}

/** [16] row-major, of a camera. */
export function poseToFile(frame: WorldFrame | null, pose: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(pose);
  if (frame !== null) for (let axis = 0; axis < 3; axis++) out[axis * 4 + 3] = frame.centre[axis] + out[axis * 4 + 3] / frame.scale;
  return out;
}

export function poseFromFile(frame: WorldFrame | null, pose: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(pose);
  if (frame !== null) for (let axis = 0; axis < 3; axis++) out[axis * 4 + 3] = (out[axis * 4 + 3] - frame.centre[axis]) * frame.scale;
  return out;
}

export function boxFromFile(frame: WorldFrame, { min, max }: Box): Box {
  return { min: pointFromFile(frame, min), max: pointFromFile(frame, max) };
}

export function boxToFile(frame: WorldFrame | null, { min, max }: Box): Box {
  return { min: pointToFile(frame, min), max: pointToFile(frame, max) };
}
