/** Writes a generated scene as a Blender scene folder, like those of the NeRF synthetic set: cameras on a sphere, three splits. */
import type { Camera } from '../../src/geometry/camera.ts';
import { SPLIT_NAMES } from '../scene-format.ts';
import { matrixRows, writeText, writeView, type SceneWriter } from './scene-writer.ts';
import { CAMERA_ANGLE_X, syntheticCameras } from './synthetic-cameras.ts';

/** The transforms last, so that an interrupted scene is not taken for a whole one. */
export const writeBlender: SceneWriter = async (writing) => {
  const { scene, views, size, seed, report } = writing;
  const total = views.train + views.val + views.test;
  let done = 0;
  for (const split of SPLIT_NAMES) {
    for (const [i, camera] of syntheticCameras(split, views[split], size, seed).entries()) {
      await writeView(writing, `${split}/r_${i}.png`, camera, 4);
      report?.({ type: 'view', done: ++done, total, text: `rendering ${split} views of "${scene.name}"` });
    }
  }
  for (const split of SPLIT_NAMES) {
    if (views[split] === 0) continue;
    await writeText(writing, `transforms_${split}.json`, transformsText(split, syntheticCameras(split, views[split], size, seed)));
  }
};

function transformsText(split: string, cameras: readonly Camera[]): string {
  const frames = cameras.map(({ camToWorld }, i) => ({ file_path: `./${split}/r_${i}`, transform_matrix: matrixRows(camToWorld) }));
  return `${JSON.stringify({ camera_angle_x: CAMERA_ANGLE_X, frames }, null, 2)}\n`;
}
