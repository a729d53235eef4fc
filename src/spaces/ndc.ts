/** Forward-facing scenes in normalised device coordinates (geometry/ndc.ts): planes across z, on which the steps of all rays lie. */
import { z } from 'zod';
import type { Camera } from '../geometry/camera.ts';
import type { GridSpec } from '../geometry/grid.ts';
import { depthOf, directionTo, farthestDepth, NDC_NEAR, ndcToMetres, toNdc } from '../geometry/ndc.ts';
import { initialPlanes, planeGrid, planeSteps } from './planes.ts';
import { ndcBox } from './seen-boxes.ts';
import type { ImageDetail, Space, SpaceDefinition } from './space.ts';
import { straightSteps } from './straight-steps.ts';

/**
 * A step nearer to a plane than this lies on it, so that steps that go from plane to plane meet four voxels each and not, by rounding, eight.
 */
const ON_PLANE = 1e-3;

/** Three quarters of a field's planes lie before this depth: the middle of a colour map of depths. */
const MIDDLE_DEPTH = 4 * NDC_NEAR;

export const ndc = {
  facts: {
    sceneName: 'a forward-facing scene',
    preset: 'llff',
    unit: 'in normalised device coordinates',
    metricSteps: false,
    contracted: false,
    forwardFacing: true,
    boxed: false,
    needsDepths: true,
  },
  schema: z.strictObject({ kind: z.literal('ndc') }),
  // The colour network begins at once.
  hasCoarseStage: () => false,
  // Rays begin at the near plane.
  region: ({ cameras }) => ({ space: { kind: 'ndc' }, near: 0, box: ndcBox(cameras) }),
  describe: ({ scale }) => `forward-facing (normalised device coordinates), ${scale.toPrecision(4)} of the file's lengths`,
  outline: () => ({ box: null, known: false }),
  // Its world is its own; the lengths it came from are those of the other coordinates.
  inCoordinates: (space, { length }) => ({ ...space, scale: space.scale / length(1) }),
  imageDetail,
  space: () => ndcSpace,
} satisfies SpaceDefinition<'ndc'>;

const ndcSpace: Space = {
  ...straightSteps(false, ON_PLANE),
  fromWorld: (rays, viewDirections) => {
    toNdc(rays, viewDirections);
    return { ...rays, viewDirections };
  },
  similarity: null,
  depthToMetres: (grid, { camToWorld: m }, rays, rendered) => {
    ndcToMetres(rendered, rays, [m[3], m[7], m[11]], grid);
  },
  toWorld: ([x, y, z]) => {
    const depth = depthOf(z);
    return [x * depth, y * depth, -depth];
  },
  viewDirection: directionTo,
  divide: ({ planes, stepSize }, box, voxels) => ({
    grid: planeGrid(box, voxels, planes),
    densityShift: 0,
    ...planeSteps(planes, stepSize),
  }),
  initialDensity: initialPlanes,
  distances: (grid, cameras) => planeDistances(grid, cameras, farthestDepth(grid)),
  depthScale: (grid, cameras) => {
    const [low, high] = planeDistances(grid, cameras, farthestDepth(grid));
    return { low, high, knee: MIDDLE_DEPTH };
  },
};

/** A place at the depth D moves by focal length * baseline / D pixels, and z' goes with 1 / D: planes evenly in z' are evenly so in parallax. */
function imageDetail(cameras: readonly Camera[]): ImageDetail {
  const focal = Math.max(...cameras.map(({ intrinsics: { fx, fy } }) => Math.max(fx, fy)));
  let baseline = 0;
  for (const [i, { camToWorld: a }] of cameras.entries())
    for (const { camToWorld: b } of cameras.slice(i + 1)) baseline = Math.max(baseline, Math.hypot(a[3] - b[3], a[7] - b[7]));
  return { parallax: (focal * baseline) / NDC_NEAR, pixelsPerUnit: focal };
}

/** Least and greatest distance, metres, of the part of a grid up to a depth from any of the cameras. */
function planeDistances({ min, max }: GridSpec, cameras: readonly Camera[], depth: number): [number, number] {
  const [x, y] = [0, 1].map((axis) => Math.max(-min[axis], max[axis]));
  let nearest = Infinity;
  let farthest = 0;
  for (const { camToWorld: m } of cameras) {
    nearest = Math.min(nearest, Math.max(0, NDC_NEAR + m[11]));
    farthest = Math.max(farthest, Math.hypot(x * depth + Math.abs(m[3]), y * depth + Math.abs(m[7]), depth + m[11]));
  }
  return [nearest, farthest];
}
