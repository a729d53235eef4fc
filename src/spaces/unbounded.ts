/** Scenes that reach to the horizon, in contracted space (geometry/contraction.ts): cubic voxels, steps at the same distances on all rays. */
import { z } from 'zod';
import { InputError } from '../base/errors.ts';
import type { Box } from '../geometry/box.ts';
import { contract, CONTRACTED_HALF, expand, FARTHEST, innerSteps, LEAST_MOVE, normOf, stepParameter } from '../geometry/contraction.ts';
import type { Rays } from '../geometry/rays.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { float32Vector, positiveFloat32 } from '../math/float32-schema.ts';
import { divideCubes } from './divide-cubes.ts';
import type { FieldOf, Space, SpaceDefinition, Step, SteppedBox, Walk } from './space.ts';

const all: Box = {
  min: [-CONTRACTED_HALF, -CONTRACTED_HALF, -CONTRACTED_HALF],
  max: [CONTRACTED_HALF, CONTRACTED_HALF, CONTRACTED_HALF],
};

export const unbounded = {
  facts: {
    sceneName: 'an unbounded scene',
    preset: 'unbounded',
    unit: 'in contracted space',
    metricSteps: false,
    contracted: true,
    forwardFacing: false,
    boxed: false,
    needsDepths: false,
  },
  schema: z.strictObject({ kind: z.literal('unbounded'), centre: float32Vector, radius: positiveFloat32 }),
  hasCoarseStage: (coarseSteps) => coarseSteps > 0,
  region: ({ name, near }, { centre, radius }) => {
    if (!(radius > 0))
      throw new InputError(
        `${name}: expected an unbounded scene's cameras around a region, found all of them at one place`,
        'Use more views, or --set scene.space=bounded with scene.near and scene.far.',
      );
    return { space: { kind: 'unbounded', centre, radius }, near: Number.isNaN(near) ? 0 : near / radius, box: all };
  },
  describe: ({ centre, radius }, reach = radius) => {
    const wider = radius > 1.001 * reach ? `, wider than the cameras' own ${reach.toPrecision(3)} m, to hold what they look at` : '';
    return `unbounded, inner region ${radius.toPrecision(3)} m around (${centre.map((value) => value.toFixed(2)).join(', ')})${wider}`;
  },
  inCoordinates: ({ kind, centre, radius }, { point, length }) => ({ kind, centre: point(centre), radius: length(radius) }),
  outline: ({ centre: c, radius: r }) => ({
    box: { min: [c[0] - r, c[1] - r, c[2] - r], max: [c[0] + r, c[1] + r, c[2] + r] },
    known: false,
  }),
  imageDetail: () => null,
  space: contractedSpace,
} satisfies SpaceDefinition<'unbounded'>;

function contractedSpace({ centre, radius }: FieldOf<'unbounded'>): Space {
  const toWorld = (place: Vec3): Vec3 => {
    const [x, y, z] = expand(place);
    return [centre[0] + radius * x, centre[1] + radius * y, centre[2] + radius * z];
  };
  return {
    fromWorld: (rays) => {
      toRegion(rays, centre, radius);
      return rays;
    },
    similarity: { centre, radius, unitDirections: true },
    depthToMetres: (_grid, _camera, _rays, { depth }) => {
      depth.forEach((value, ray) => (depth[ray] = value * radius));
    },
    toWorld,
    viewDirection: (place, position) => {
      const [x, y, z] = toWorld(place);
      return [x - position[0], y - position[1], z - position[2]];
    },
    maxSteps: (_box, stepLength) => 2 * innerSteps(stepLength),
    innerSteps,
    // DVGO
    rayPosition: (index, _box, stepLength) => 1 - 1 / (1 + stepParameter(index, innerSteps(stepLength))),
    walk: contractedWalk,
    placeAt: (origin, direction, distance) => contract(along(origin, direction, distance)),
    onPlane: 0,
    divide: divideCubes,
    initialDensity: () => null,
    distances: () => [0, radius * FARTHEST],
    depthScale: () => ({ low: 0, high: radius * FARTHEST, knee: radius }),
  };
}

/** To units of the inner region around its centre, with unit directions; in place. */
function toRegion({ count, origins, directions }: Rays, centre: Vec3, radius: number): void {
  for (let at = 0; at < count * 3; at += 3) {
    const length = Math.hypot(directions[at], directions[at + 1], directions[at + 2]);
    for (let axis = 0; axis < 3; axis++) {
      origins[at + axis] = (origins[at + axis] - centre[axis]) / radius;
      directions[at + axis] /= length;
    }
  }
}

function along(origin: ArrayLike<number>, direction: ArrayLike<number>, distance: number): Vec3 {
  return [origin[0] + direction[0] * distance, origin[1] + direction[1] * distance, origin[2] + direction[2] * distance];
}

/** At the distances of contraction.ts from `near` on. */
function contractedWalk({ near, stepLength }: SteppedBox, origin: ArrayLike<number>, direction: ArrayLike<number>): Walk {
  const inner = innerSteps(stepLength);
  const walk = { exitDistance: stepParameter(2 * inner - 1, inner), margin: Infinity };
  function* steps(): Generator<Step> {
    let before: Vec3 | null = null;
    let moved = 0;
    for (let index = 0; index < 2 * inner; index++) {
      const distance = stepParameter(index, inner);
      walk.margin = Math.min(walk.margin, Math.abs(distance - near) / stepLength);
      if (distance < near) continue;
      const world = along(origin, direction, distance);
      const place = contract(world);
      const norm = normOf(world);
      walk.margin = Math.min(walk.margin, Math.abs(norm - 1) / stepLength);
      if (norm > 1) {
        moved += before === null ? 0 : Math.hypot(place[0] - before[0], place[1] - before[1], place[2] - before[2]);
        walk.margin = Math.min(walk.margin, Math.abs(moved / stepLength - LEAST_MOVE));
      }
      before = place;
      if (norm > 1 && moved <= LEAST_MOVE * stepLength) continue;
      moved = 0;
      yield { index, distance, place };
    }
  }
  return Object.assign(walk, { steps: steps() });
}
