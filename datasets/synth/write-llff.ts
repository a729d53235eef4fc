/** Writes a generated scene in LLFF format: forward-facing photos without transparency, poses and bounds in poses_bounds.npy. */
import { COLUMNS, POSES_BOUNDS } from '../load-llff.ts';
import { writeNpy } from '../npy.ts';
import { joinPath } from '../scene-paths.ts';
import { forwardCameras } from './capture-cameras.ts';
import { sampleDepths, writeView, type SceneWriter } from './scene-writer.ts';

export const writeLlff: SceneWriter = async (writing) => {
  const { scene, views, size, seed, folder, files, report } = writing;
  const cameras = forwardCameras(views.train, size, seed);
  const data = new Float64Array(cameras.length * COLUMNS);
  for (const [i, camera] of cameras.entries()) {
    await writeView(writing, `images/image${String(i).padStart(3, '0')}.png`, camera, 3);
    const { camToWorld: m, intrinsics: k } = camera;
    const { depths } = sampleDepths(scene, camera);
    // Down, right, back, place, and one of height, width, focal length.
    const rows = [k.height, k.width, k.fx].flatMap((last, axis) => [-m[axis * 4 + 1], m[axis * 4], m[axis * 4 + 2], m[axis * 4 + 3], last]);
    data.set([...rows, Math.min(...depths), Math.max(...depths)], i * COLUMNS);
    report?.({ type: 'view', done: i + 1, total: cameras.length, text: `rendering views of "${scene.name}"` });
  }
  await files.writeAtomic(joinPath(folder, POSES_BOUNDS), [writeNpy({ shape: [cameras.length, COLUMNS], data })]);
};
