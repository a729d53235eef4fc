import { interpolated } from '../../src/lattice/place.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { maxStepsPerRay } from '../../src/lattice/lattice.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { ndcBox } from '../../src/spaces/seen-boxes.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { describe, expect, it } from 'vitest';
import { croppedOccupancy } from '../../src/frames/crop-occupancy.ts';
import { fieldRays, spaceOf } from '../../src/spaces/index.ts';
import { farthestDepth, NDC_NEAR } from '../../src/geometry/ndc.ts';
import { marchRays } from '../../renderer/march.ts';
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import type { FieldEngine } from '../../src/engine/backend.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { initialPlanes, planeGrid, planeSteps } from '../../src/spaces/planes.ts';

const NDC = { kind: 'ndc' } as const;
const WIDTH = 6;
const HEIGHT = 4;

/** Turned by `yaw` about the up axis. */
function camera(position: Vec3, yaw = 0): Camera {
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  return {
    camToWorld: [c, 0, s, position[0], 0, 1, 0, position[1], -s, 0, c, position[2], 0, 0, 0, 1],
    intrinsics: { width: WIDTH, height: HEIGHT, fx: 5.5, fy: 5, cx: 2.8, cy: 2.1 },
  };
}

const cameras = [camera([0, 0, 0]), camera([0.3, -0.2, 0.1], 0.1), camera([-0.25, 0.1, -0.3], -0.15)];

function fieldSpec(planes: number, stepSize: number): FieldSpec {
  return {
    space: NDC,
    grid: planeGrid(ndcBox(cameras), planes * 30, planes),
    representation: denseSpec(3),
    network: null,
    densityShift: 0,
    ...planeSteps(planes, stepSize),
    near: 0,
    alphaThreshold: 0,
    weightThreshold: 0,
  };
}

describe('rays in normalised device coordinates', () => {
  it('pass through the places that the camera rays pass through', () => {
    for (const seen of cameras) {
      const world = cameraRays(seen);
      const rays = fieldRays(NDC, seen, 0, world.count);
      expect(rays.viewDirections).toEqual(world.directions);
      for (let ray = 0; ray < world.count; ray++) {
        const of = (data: Float32Array): Vec3 => [data[ray * 3], data[ray * 3 + 1], data[ray * 3 + 2]];
        const [o, d, po, pd] = [world.origins, world.directions, rays.origins, rays.directions].map(of);
        for (const t of [0, 0.3, 0.7, 0.95]) {
          const place = po.map((value, axis) => value + t * pd[axis]);
          const depth = NDC_NEAR / (1 - t);
          const s = (depth + o[2]) / -d[2];
          expect(place[0]).toBeCloseTo((o[0] + s * d[0]) / depth, 6);
          expect(place[1]).toBeCloseTo((o[1] + s * d[1]) / depth, 6);
          expect(place[2]).toBeCloseTo(1 - (2 * NDC_NEAR) / depth, 6);
          const direction = spaceOf(NDC).viewDirection([place[0], place[1], place[2]], o);
          direction.forEach((value, axis) => expect(value / -direction[2]).toBeCloseTo(d[axis] / -d[2], 5));
        }
      }
    }
  });

  it('begin at a camera that stands beyond the near plane, and show nothing behind it', () => {
    const { origins, directions } = fieldRays(NDC, camera([0.2, 0, -2]), 0, WIDTH * HEIGHT);
    for (let ray = 0; ray < WIDTH * HEIGHT; ray++) {
      expect(origins[ray * 3]).toBeCloseTo(0.1, 6);
      expect(origins[ray * 3 + 2]).toBeCloseTo(0, 6);
      expect(directions[ray * 3 + 2]).toBe(2);
    }
  });

  it('meet nothing where the camera looks back', () => {
    const spec = fieldSpec(8, 1);
    const rays = fieldRays(NDC, camera([0, 0, 0], Math.PI), 0, WIDTH * HEIGHT);
    const density = new Float32Array(voxelCount(spec.grid)).fill(2);
    const { stepIndex, exitDistance } = marchRays(spec, rays, interpolated(density), new Uint8Array(density.length).fill(1));
    expect(stepIndex).toHaveLength(0);
    expect(Math.max(...exitDistance)).toBe(0);
    expect(() => ndcBox([...cameras, camera([0, 0, 0], Math.PI)])).toThrow(/training view 3 does not look the way the others do/);
  });

  it('have depths in metres along the camera rays, up to half a plane before infinity', () => {
    const spec = fieldSpec(32, 1);
    const seen = cameras[1];
    const rays = fieldRays(NDC, seen, 0, 4);
    const depths = [1, 2.5, 20];
    const rendered = {
      depth: Float32Array.of(...depths.map((depth) => 1 - NDC_NEAR / depth), 1),
      opacity: Float32Array.of(0, 1, 1, 1),
    };
    rendered.depth[0] = 0;
    spaceOf(spec.space).depthToMetres(spec.grid, seen, rays, rendered);
    expect(rendered.depth[0], 'of a ray that met nothing').toBe(0);
    const { origins, directions } = cameraRays(seen);
    for (const [ray, depth] of [...depths, farthestDepth(spec.grid)].entries()) {
      if (ray === 0) continue;
      const d = directions.subarray(ray * 3, ray * 3 + 3);
      const z = origins[2] + (d[2] / Math.hypot(...d)) * rendered.depth[ray];
      expect(-z / depth).toBeCloseTo(1, 5);
    }
    expect(farthestDepth(spec.grid)).toBe(62);
  });
});

describe('multi-plane fields', () => {
  it.each([
    [16, 1],
    [16, 0.5],
    [128, 1],
  ])('of %i planes have %f planes from step to step, the nearest and that at infinity among them', (planes, stepSize) => {
    const spec = fieldSpec(planes, stepSize);
    const rays = fieldRays(NDC, cameras[2], 0, WIDTH * HEIGHT);
    // Nearly transparent.
    const density = new Float32Array(voxelCount(spec.grid)).fill(-12);
    const { stepIndex, distance, densityOffsets } = marchRays(spec, rays, interpolated(density), new Uint8Array(density.length).fill(1));
    const steps = (planes - 1) / stepSize + 1;
    expect(maxStepsPerRay(spec)).toBeGreaterThanOrEqual(steps);
    for (let ray = 0; ray < rays.count; ray++) {
      const [first, end] = [densityOffsets[ray], densityOffsets[ray + 1]];
      expect(end - first).toBe(steps);
      expect(stepIndex[end - 1]).toBe(steps - 1);
      const off = [...distance.subarray(first, end)].map((t, i) => Math.abs(t - i / (steps - 1)));
      expect(Math.max(...off)).toBeLessThan(2e-5);
    }
  });

  it('are cropped to a box in metres', () => {
    const spec = fieldSpec(16, 1);
    const { size, min, max } = spec.grid;
    const crop = { min: [-0.4, -1, -6], max: [1, 0.3, -1.5] } as const;
    const cropped = croppedOccupancy({ spec } as FieldEngine, new Uint8Array(voxelCount(spec.grid)).fill(1), crop);
    const expected = cropped.map((_, voxel) => {
      const index = [voxel % size[0], Math.floor(voxel / size[0]) % size[1], Math.floor(voxel / (size[0] * size[1]))];
      const [x, y, z] = index.map((i, axis) => min[axis] + (i / (size[axis] - 1)) * (max[axis] - min[axis]));
      const depth = (2 * NDC_NEAR) / (1 - z);
      return [x * depth, y * depth, -depth].every((value, axis) => value >= crop.min[axis] && value <= crop.max[axis]) ? 1 : 0;
    });
    expect(cropped).toEqual(expected);
    expect(cropped.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(20);
  });

  it('begin with the same weight on all planes', () => {
    const spec = fieldSpec(32, 1);
    const density = initialPlanes(spec.grid);
    const rays = fieldRays(NDC, cameras[0], 0, WIDTH * HEIGHT);
    const { networkRows, rayOffsets, densityOffsets, corners, cornerWeights } = marchRays(
      spec,
      rays,
      interpolated(density),
      new Uint8Array(density.length).fill(1),
      1 / 32 - 1e-4,
    );
    // The last plane takes what is left: below the transmittance at which a ray ends.
    expect([...networkRows].length).toBe(rays.count * 32);
    expect(rayOffsets[1]).toBe(32);
    let passed = 1;
    for (let row = 0; row < densityOffsets[1]; row++) {
      let s = 0;
      for (let k = 0; k < 8; k++) s += cornerWeights[row * 8 + k] * density[corners[row * 8 + k]];
      const alpha = 1 - (1 + Math.exp(s)) ** -spec.interval;
      expect(passed * alpha).toBeCloseTo(1 / 32, 4);
      passed *= 1 - alpha;
    }
    expect(passed).toBeLessThan(1e-3);
  });
});
