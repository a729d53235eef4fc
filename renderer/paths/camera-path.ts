/** Cameras to render: the views of a split, or an orbit around what the training cameras look at. */
import { lookAt } from '../../src/geometry/look-at.ts';
import { resizeIntrinsics, type Size } from '../../src/geometry/intrinsics.ts';
import { cameraGeometry } from '../../src/geometry/camera-geometry.ts';
import type { View } from '../../datasets/scene-data.ts';
import { meanUp, nearestAxis } from '../../src/geometry/world-up.ts';
import { InputError } from '../../src/base/errors.ts';
import { combine, cross, dot, normalised, type Vec3 } from '../../src/geometry/vector.ts';
import type { Camera } from '../../src/geometry/camera.ts';

/** A camera with the name of the file it is rendered to. */
export interface NamedCamera extends Camera {
  readonly name: string;
}

/** The cameras of views as they are, or in another size. */
export function viewPath(views: readonly View[], size?: Size): NamedCamera[] {
  return views.map(({ name, camToWorld, intrinsics }) => ({
    name,
    camToWorld,
    intrinsics: size ? resizeIntrinsics(intrinsics, size) : intrinsics,
  }));
}

/**
 * One turn around the point that all training cameras look at, in their mean distance and elevation above it, upright.
 *
 * @param chosenUp [3] world; null: the mean up of the cameras
 * @throws InputError if the cameras look at no common point
 */
export function orbitPath(views: readonly View[], frames: number, size: Size, chosenUp: Vec3 | null = null): NamedCamera[] {
  const { centre } = cameraGeometry(views.map((view) => view.camToWorld));
  if (views.length === 0 || centre === null) {
    throw new InputError('An orbit needs training cameras that look at a common point.', 'Render --path views, or give a camera path.');
  }
  const direction = meanUp(views);
  // Scenes are built upright.
  const up = chosenUp ?? nearestAxis(direction) ?? direction;
  const offsets = views.map(({ camToWorld: m }): Vec3 => [m[3] - centre[0], m[7] - centre[1], m[11] - centre[2]]);
  const radius = mean(offsets.map((offset) => Math.hypot(...offset)));
  const elevation = Math.asin(mean(offsets.map((offset) => dot(offset, up) / Math.hypot(...offset))));
  const side = perpendicular(up, offsets[0]);
  const forward = cross(up, side);
  const intrinsics = { ...resizeIntrinsics(views[0].intrinsics, size), distortion: undefined };
  return Array.from({ length: frames }, (_, frame) => {
    const azimuth = (2 * Math.PI * frame) / frames;
    const offset = combine(
      [radius * Math.cos(elevation) * Math.cos(azimuth), side],
      [radius * Math.cos(elevation) * Math.sin(azimuth), forward],
      [radius * Math.sin(elevation), up],
    );
    const position = combine([1, centre], [1, offset]);
    return { name: frameName(frame), camToWorld: lookAt(position, centre, up), intrinsics };
  });
}

export function frameName(frame: number): string {
  return `frame_${String(frame).padStart(4, '0')}`;
}

/** A unit vector across `axis`, towards `hint` if that is not along it. */
function perpendicular(axis: Vec3, hint: Vec3): Vec3 {
  const across = combine([1, hint], [-dot(hint, axis), axis]);
  if (Math.hypot(...across) > 1e-6 * Math.hypot(...hint)) return normalised(across);
  return normalised(cross(axis, Math.abs(axis[0]) < 0.5 ? [1, 0, 0] : [0, 1, 0]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
