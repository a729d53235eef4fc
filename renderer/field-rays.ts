/** Cameras' rays in the space of a field, and what comes back along them: the one place that tells the kinds of space apart. */
import type { Vec3 } from '../src/geometry/vector.ts';
import type { FieldSpace } from '../src/spaces/space.ts';
import type { Rays } from '../src/geometry/rays.ts';
import type { RenderedRays } from '../src/engine/backend.ts';
import type { FieldSpec } from '../src/model/field-spec.ts';
import { expand } from '../src/geometry/contraction.ts';
import { depthOf, directionTo, ndcToMetres, toNdc } from '../src/geometry/ndc.ts';
import { cameraRays, type Camera } from '../src/geometry/camera.ts';

type UnboundedSpace = Extract<FieldSpace, { kind: 'unbounded' }>;

/** The rays of pixels [first, first + count) in row-major order. */
export function fieldRays(space: FieldSpace, camera: Camera, first: number, count: number): Rays {
  const rays = cameraRays(camera, first, count);
  return space.kind === 'bounded' ? rays : toFieldSpace(space, rays, new Float32Array(count * 3));
}

/** World rays, moved in place to the space of a field. `viewDirections` [N,3] is written and becomes part of them, unless that space is the world. */
export function toFieldSpace<Batch extends Rays>(space: FieldSpace, rays: Batch, viewDirections: Float32Array): Batch {
  if (space.kind === 'bounded') return rays;
  if (space.kind === 'unbounded') {
    toRegion(space, rays);
    return rays;
  }
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
  if (space.kind === 'unbounded') rendered.depth.forEach((depth, ray) => (rendered.depth[ray] = depth * space.radius));
}

/** The world direction, of any length, in which a place of the field's space is seen from a place of the world. */
export function viewDirection(space: FieldSpace, place: Vec3, position: Vec3): Vec3 {
  if (space.kind === 'ndc') return directionTo(place, position);
  const [x, y, z] = space.kind === 'unbounded' ? expandedPlace(space, place) : place;
  return [x - position[0], y - position[1], z - position[2]];
}

/** Where in the world a place of contracted space is. */
export function expandedPlace({ centre, radius }: UnboundedSpace, place: Vec3): Vec3 {
  const [x, y, z] = expand(place);
  return [centre[0] + radius * x, centre[1] + radius * y, centre[2] + radius * z];
}
/** Where the plane of a z of the field's space, unless that is contracted, lies in the world, and what its x and y are worth there, metres. */
export function planeInWorld(space: Exclude<FieldSpace, UnboundedSpace>, z: number): { z: number; scale: number } {
  if (space.kind === 'bounded') return { z, scale: 1 };
  const depth = depthOf(z);
  return { z: -depth, scale: depth };
}

/** To units of the inner region around its centre, with unit directions; in place. */
function toRegion({ centre, radius }: UnboundedSpace, { count, origins, directions }: Rays): void {
  for (let at = 0; at < count * 3; at += 3) {
    const length = Math.hypot(directions[at], directions[at + 1], directions[at + 2]);
    for (let axis = 0; axis < 3; axis++) {
      origins[at + axis] = (origins[at + axis] - centre[axis]) / radius;
      directions[at + axis] /= length;
    }
  }
}
