import { describe, expect, it } from 'vitest';
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { fieldRays, fieldSpaceSchema, regionOfScene, SPACE_KINDS, spaceFacts, spaceOf } from '../../src/spaces/index.ts';
import type { SceneSpace, SpaceKind } from '../../src/spaces/space.ts';

/** Forward-facing cameras fit every kind. */
const intrinsics = { width: 5, height: 4, fx: 6, fy: 6, cx: 2.5, cy: 2 };
const cameras: readonly Camera[] = [-0.4, 0, 0.5].map((x) => ({ camToWorld: lookAt([x, 0.1, 0], [0, 0, -4], [0, 1, 0]), intrinsics }));
const SCENES: { readonly [Kind in SpaceKind]: SceneSpace } = {
  bounded: { kind: 'bounded', box: null },
  ndc: { kind: 'ndc', near: 1, scale: 0.5 },
  unbounded: { kind: 'unbounded', centre: [0.1, 0, 0], radius: 0.5 },
};
const settings = { voxels: 9000, stepSize: 0.5, alphaInit: 1e-2, planes: 16 };

describe.each(SPACE_KINDS)('space %s', (kind) => {
  const region = regionOfScene(SCENES[kind], { name: 'scene', near: 1.5, far: 6, cameras });
  const space = spaceOf(region.space);
  const { grid, stepLength } = space.divide(settings, region.box, settings.voxels);
  const through = { box: grid, near: region.near, stepLength };

  it('is read from files as it was written', () => {
    expect(fieldSpaceSchema.parse(JSON.parse(JSON.stringify(region.space)))).toEqual(region.space);
  });

  it('has steps that lie on the camera rays, in order, at most maxSteps of them, each at the depth in metres that comes back', () => {
    const camera = cameras[0];
    const world = cameraRays(camera);
    const rays = fieldRays(region.space, camera, 0, world.count);
    const at = (data: Float32Array, ray: number): Vec3 => [data[3 * ray], data[3 * ray + 1], data[3 * ray + 2]];
    let found = 0;
    for (let ray = 0; ray < world.count; ray++) {
      const [origin, direction] = [at(rays.origins, ray), at(rays.directions, ray)];
      const [o, d] = [at(world.origins, ray), at(world.directions, ray)];
      const unit = d.map((value) => value / Math.hypot(...d));
      const steps = [...space.walk(through, origin, direction).steps];
      expect(steps.length).toBeLessThanOrEqual(space.maxSteps(grid, stepLength));
      for (const [i, { index, distance, place }] of steps.entries()) {
        expect(index).toBeLessThan(space.maxSteps(grid, stepLength));
        if (i > 0) expect(index).toBeGreaterThan(steps[i - 1].index);
        expect(space.rayPosition(index, grid, stepLength)).toBeLessThanOrEqual(1);
        space.placeAt(origin, direction, distance).forEach((value, axis) => expect(value).toBeCloseTo(place[axis], 9));
        const point = space.toWorld(place);
        const metres = Math.hypot(...point.map((value, axis) => value - o[axis]));
        // Beyond it the last plane, and the shell's outermost places, stand for infinity.
        if (metres > 20) continue;
        found++;
        point.forEach((value, axis) => expect(value / metres).toBeCloseTo((o[axis] + unit[axis] * metres) / metres, 4));
        const seen = space.viewDirection(place, o);
        seen.forEach((value, axis) => expect(value / Math.hypot(...seen)).toBeCloseTo(unit[axis], 3));
        const rendered = { depth: new Float32Array(world.count).fill(distance), opacity: new Float32Array(world.count).fill(1) };
        space.depthToMetres(grid, camera, rays, rendered);
        expect(rendered.depth[ray] / metres).toBeCloseTo(1, 3);
      }
    }
    expect(found).toBeGreaterThan(50);
  });

  it('sees of a camera what it makes of the rays of the camera, where it has a similarity of the world', () => {
    const { similarity } = space;
    expect(similarity === null).toBe(spaceFacts(region.space).forwardFacing);
    if (similarity === null) return;
    const world = cameraRays(cameras[1]);
    const rays = fieldRays(region.space, cameras[1], 0, world.count);
    for (let i = 0; i < 3; i++) {
      expect(rays.origins[i]).toBeCloseTo((world.origins[i] - similarity.centre[i]) / similarity.radius, 6);
      const length = similarity.unitDirections ? Math.hypot(...world.directions.subarray(0, 3)) : 1;
      expect(rays.directions[i]).toBeCloseTo(world.directions[i] / length, 6);
    }
  });

  it('shows no depth that lies beyond all of the field', () => {
    const [near, far] = space.distances(grid, cameras);
    const { low, high, knee } = space.depthScale(grid, cameras);
    // What reaches to the horizon is shown on one bent scale, whatever the view; its middle is the size of the scene.
    if (kind === 'unbounded') {
      expect(knee).toBe(0.5);
      for (const camera of cameras) expect(space.depthScale(grid, [camera])).toEqual({ low, high, knee });
    }
    expect(near).toBeLessThan(far);
    expect(low).toBeGreaterThanOrEqual(near);
    expect(high).toBeLessThanOrEqual(far);
  });
});
