/** Where in a scene a field begins to look for matter. */
import { BOUNDED } from '../spaces/space.ts';
import type { Box } from '../geometry/box.ts';
import { CONTRACTED_HALF } from '../geometry/contraction.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { InputError } from '../base/errors.ts';
import { frustumBox, ndcBox } from '../model/bounds.ts';
import type { Region } from './stage-spec.ts';

/**
 * What the training cameras can see: of a bounded scene that between near and far, cut to the scene's own box where it has one; of an unbounded
 * one everything.
 *
 * @throws InputError for a scene that does not fit into a box, or whose own box no camera sees
 */
export function sceneRegion(scene: SceneData): Region {
  const { name, space, near, splits } = scene;
  // The rays of normalised device coordinates begin at the near plane.
  if (space.kind === 'ndc') return { space: { kind: 'ndc' }, near: 0, box: ndcBox(splits.train ?? []) };
  if (space.kind === 'unbounded') {
    const { centre, radius } = space;
    if (!(radius > 0))
      throw new InputError(
        `${name}: expected an unbounded scene's cameras around a region, found all of them at one place`,
        'Use more views, or --set scene.space=bounded with scene.near and scene.far.',
      );
    const box = {
      min: [-CONTRACTED_HALF, -CONTRACTED_HALF, -CONTRACTED_HALF],
      max: [CONTRACTED_HALF, CONTRACTED_HALF, CONTRACTED_HALF],
    } as const;
    return { space: { kind: 'unbounded', centre, radius }, near: Number.isNaN(near) ? 0 : near / radius, box };
  }
  return { space: BOUNDED, near, box: boundedBox(scene, space.box) };
}

function boundedBox({ name, near, far, splits }: SceneData, box: Box | null): Box {
  const seen = frustumBox(splits.train ?? [], near, far);
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
