/** Where in a scene a field begins to look for matter. */
import type { SceneData } from '../../datasets/scene-data.ts';
import { regionOfScene } from '../spaces/index.ts';
import type { Region } from '../spaces/space.ts';

/**
 * What the training cameras can see.
 *
 * @throws InputError for a scene that does not fit into a box, or whose own box no camera sees
 */
export function sceneRegion({ name, space, near, far, splits }: SceneData): Region {
  return regionOfScene(space, { name, near, far, cameras: splits.train ?? [] });
}
