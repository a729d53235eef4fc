/** Cameras' rays in the space of a field, and what comes back along them: the one place that tells the kinds of space apart. */
import type { RenderedRays, Rays } from '../src/backends/backend.ts';
import type { FieldSpace, FieldSpec, Vec3 } from '../src/model/field-spec.ts';
import { depthOf, directionTo, ndcToMetres, toNdc } from './ndc.ts';
import { cameraRays, type Camera } from './rays.ts';

/** The rays of pixels [first, first + count) in row-major order. */
export function fieldRays(space: FieldSpace, camera: Camera, first: number, count: number): Rays {
  const rays = cameraRays(camera, first, count);
  return space.kind === 'bounded' ? rays : toFieldSpace(space, rays, new Float32Array(count * 3));
}

/** World rays, moved in place to the space of a field. `viewDirections` [N,3] is written and becomes part of them, unless that space is the world. */
export function toFieldSpace<Batch extends Rays>(space: FieldSpace, rays: Batch, viewDirections: Float32Array): Batch {
  if (space.kind === 'bounded') return rays;
  toNdc(rays, viewDirections);
  return { ...rays, viewDirections };
}

/** Turns the depth of rays of `fieldRays` into metres along the camera's rays, in place. */
export function depthToMetres(
  { space, grid }: FieldSpec,
  { camToWorld: m }: Camera,
  rays: Rays,
  rendered: Pick<RenderedRays, 'depth' | 'opacity'>,
): void {
  if (space.kind === 'ndc') ndcToMetres(rendered, rays, [m[3], m[7], m[11]], grid);
}

/** The world direction, of any length, in which a place of the field's space is seen from a place of the world. */
export function viewDirection(space: FieldSpace, place: Vec3, position: Vec3): Vec3 {
  if (space.kind === 'ndc') return directionTo(place, position);
  return [place[0] - position[0], place[1] - position[1], place[2] - position[2]];
}

/** Where the plane of a z of the field's space lies in the world, and what its x and y are worth there, metres. */
export function planeInWorld(space: FieldSpace, z: number): { z: number; scale: number } {
  if (space.kind === 'bounded') return { z, scale: 1 };
  const depth = depthOf(z);
  return { z: -depth, scale: depth };
}
