/** Scenes that fit into a box, in metres of the world: cubic voxels, steps of equal length along the rays. */
import { evenScale } from '../math/value-scale.ts';
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import type { Box } from '../geometry/box.ts';
import { divideCubes } from './divide-cubes.ts';
import { frustumBox } from './seen-boxes.ts';
import type { FieldOf, SceneExtent, SceneSpace, Space, SpaceDefinition } from './space.ts';
import { straightSteps } from './straight-steps.ts';

export const BOUNDED: FieldOf<'bounded'> = { kind: 'bounded' };

export const bounded = {
  facts: {
    sceneName: 'a bounded scene',
    preset: 'blender',
    unit: 'm',
    metricSteps: true,
    contracted: false,
    forwardFacing: false,
    boxed: true,
    needsDepths: true,
  },
  schema: z.strictObject({ kind: z.literal('bounded') }),
  hasCoarseStage: (coarseSteps) => coarseSteps > 0,
  region: (scene, { box }) => ({ space: BOUNDED, near: scene.near, box: seenBox(scene, box) }),
  describe: ({ box }) => (box === null ? 'bounded' : `bounded, ${point(box.min)} .. ${point(box.max)}`),
  outline: ({ box }, seen) => ({ box: box ?? seen, known: box !== null }),
  inCoordinates: ({ kind, box }, { point: to }) => ({ kind, box: box && { min: to(box.min), max: to(box.max) } }),
  imageDetail: () => null,
  space: () => worldSpace,
} satisfies SpaceDefinition<'bounded'>;

/** Whether the space of a scene ends at a box, which settings may draw closer. */
export function hasBox(space: SceneSpace): space is SceneSpace & { kind: 'bounded' } {
  return space.kind === 'bounded';
}

const distances: Space['distances'] = ({ min, max }, cameras) => {
  let nearest = Infinity;
  let farthest = 0;
  for (const { camToWorld: m } of cameras) {
    const outside = [0, 1, 2].map((axis) => Math.max(min[axis] - m[axis * 4 + 3], 0, m[axis * 4 + 3] - max[axis]));
    const across = [0, 1, 2].map((axis) => Math.max(Math.abs(min[axis] - m[axis * 4 + 3]), Math.abs(max[axis] - m[axis * 4 + 3])));
    nearest = Math.min(nearest, Math.hypot(...outside));
    farthest = Math.max(farthest, Math.hypot(...across));
  }
  return [nearest, farthest];
};

const worldSpace: Space = {
  ...straightSteps(true, 0),
  fromWorld: (rays) => rays,
  similarity: { centre: [0, 0, 0], radius: 1, unitDirections: false },
  depthToMetres: () => undefined,
  toWorld: (place) => place,
  viewDirection: ([x, y, z], position) => [x - position[0], y - position[1], z - position[2]],
  divide: divideCubes,
  initialDensity: () => null,
  distances,
  depthScale: (grid, cameras) => evenScale(...distances(grid, cameras)),
};

/** What the training cameras see between near and far, cut to the scene's own box where it has one. */
function seenBox({ name, near, far, cameras }: SceneExtent, box: Box | null): Box {
  const seen = frustumBox(cameras, near, far);
  if (box === null) return seen;
  const sides = [0, 1, 2].map((axis) => [Math.max(seen.min[axis], box.min[axis]), Math.min(seen.max[axis], box.max[axis])]);
  if (sides.some(([low, high]) => !(high > low))) {
    const text = (values: readonly number[]): string => `(${values.map((value) => value.toPrecision(3)).join(', ')})`;
    throw new InputError(
      `${name}: no training camera sees the scene's own box ${text(box.min)} .. ${text(box.max)} between near ${near} and far ${far}`,
      'Check the box and the poses: `spikeray inspect SCENE --picture FILE` draws both; or set scene.near and scene.far.',
    );
  }
  return { min: [sides[0][0], sides[1][0], sides[2][0]], max: [sides[0][1], sides[1][1], sides[2][1]] };
}

function point(values: readonly number[]): string {
  return `(${values.map((value) => value.toFixed(2)).join(', ')})`;
}
