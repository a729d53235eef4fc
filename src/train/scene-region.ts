/** Where in a scene a field begins to look for matter. */
import type { SceneData } from '../../datasets/scene-data.ts';
import { boxFromFile } from '../../datasets/world-frame.ts';
import { InputError } from '../base/errors.ts';
import type { Box } from '../geometry/box.ts';
import type { Config } from '../config/schema.ts';
import { hasBox } from '../spaces/bounded.ts';
import { regionOfScene, spaceFacts } from '../spaces/index.ts';
import type { Region } from '../spaces/space.ts';

/**
 * What the training cameras can see, within the box of the settings where they have one.
 *
 * @throws InputError for a scene that does not fit into a box, or whose own box no camera sees, and for a box where there is none
 */
export function sceneRegion(
  { name, space, frame, near, far, splits }: SceneData,
  { box: corners }: Pick<Config['scene'], 'box'> = { box: null },
): Region {
  const extent = { name, near, far, cameras: splits.train ?? [] };
  if (corners === null) return regionOfScene(space, extent);
  if (!hasBox(space))
    throw new InputError(`scene.box has no meaning for ${spaceFacts(space).sceneName}`, 'Leave it out, or set scene.space=bounded.');
  const box = boxOf(corners);
  return regionOfScene({ ...space, box: frame === null ? box : boxFromFile(frame, box) }, extent);
}

function boxOf([ax, ay, az, bx, by, bz]: readonly number[]): Box {
  return { min: [Math.min(ax, bx), Math.min(ay, by), Math.min(az, bz)], max: [Math.max(ax, bx), Math.max(ay, by), Math.max(az, bz)] };
}
