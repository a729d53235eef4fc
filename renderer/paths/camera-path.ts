/** Cameras to render: the views of a split, or an orbit around what the training cameras look at. */
import { cameraGeometry } from '../../src/geometry/camera-geometry.ts';
import type { Intrinsics, View } from '../../datasets/scene-data.ts';
import { meanUp, nearestAxis } from '../../src/geometry/world-up.ts';
import { InputError } from '../../src/base/errors.ts';
import { combine, cross, dot, normalised } from '../../src/geometry/vector.ts';
import type { Vec3 } from '../../src/model/field-spec.ts';
import type { Camera } from '../../src/geometry/camera.ts';

/** A camera with the name of the file it is rendered to. */
export interface NamedCamera extends Camera {
  readonly name: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The intrinsics for another image size with the same vertical field of view and square pixels kept square. */
export function resizeIntrinsics(intrinsics: Intrinsics, size: Size): Intrinsics {
  const scale = size.height / intrinsics.height;
  return {
    ...intrinsics,
    ...size,
    fx: intrinsics.fx * scale,
    fy: intrinsics.fy * scale,
    cx: size.width / 2 + (intrinsics.cx - intrinsics.width / 2) * scale,
    cy: size.height / 2 + (intrinsics.cy - intrinsics.height / 2) * scale,
  };
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
 * One turn around the point that all training cameras look at, in their mean distance and elevation above it, upright about their mean up.
 *
 * @throws InputError if the cameras look at no common point
 */
export function orbitPath(views: readonly View[], frames: number, size: Size): NamedCamera[] {
  const { centre } = cameraGeometry(views.map((view) => view.camToWorld));
  if (views.length === 0 || centre === null) {
    throw new InputError('An orbit needs training cameras that look at a common point.', 'Render --path views, or give a camera path.');
  }
  const direction = meanUp(views);
  // Scenes are built upright.
  const up = nearestAxis(direction) ?? direction;
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

/** [16] of a camera at `position` that looks at `target`. */
export function lookAt(position: Vec3, target: Vec3, up: Vec3): Float64Array {
  const back = normalised(combine([1, position], [-1, target]));
  const right = normalised(cross(up, back));
  const top = cross(back, right);
  return Float64Array.of(...[0, 1, 2].flatMap((axis) => [right[axis], top[axis], back[axis], position[axis]]), ...[0, 0, 0, 1]);
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
