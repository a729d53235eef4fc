/** Writes a generated scene in nerfstudio format: an orbit taken with a known lens, and points on the surfaces as from structure from motion. */
import { cameraRays, type Camera } from '../../src/geometry/camera.ts';
import type { Random } from '../../src/math/random.ts';
import { writePly } from '../ply.ts';
import { joinPath } from '../scene-paths.ts';
import { captureCameras } from './capture-cameras.ts';
import type { SyntheticScene } from './render-synthetic.ts';
import { matrixRows, sampleDepths, writeText, writeView, writingRandom, type SceneWriter } from './scene-writer.ts';

const POINTS_A_VIEW = 40;

export const writeNerfstudio: SceneWriter = async (writing) => {
  const { scene, cameras: syntheticCameras, views, size, seed, folder, files, report } = writing;
  const cameras = (syntheticCameras ?? captureCameras)(views.train, size, seed);
  const random = writingRandom(seed);
  const points: number[] = [];
  for (const [i, camera] of cameras.entries()) {
    await writeView(writing, imagePath(i), camera, scene.sky ? 3 : 4);
    points.push(...surfacePoints(scene, camera, random));
    report?.({ type: 'view', done: i + 1, total: cameras.length, text: `rendering views of "${scene.name}"` });
  }
  await files.writeAtomic(joinPath(folder, 'sparse_pc.ply'), [writePly(Float32Array.from(points))]);
  await writeText(writing, 'transforms.json', transformsText(cameras));
};

function transformsText(cameras: readonly Camera[]): string {
  const { width: w, height: h, fx: fl_x, fy: fl_y, cx, cy, distortion } = cameras[0].intrinsics;
  const frames = cameras.map(({ camToWorld }, i) => ({ file_path: imagePath(i), transform_matrix: matrixRows(camToWorld) }));
  return `${JSON.stringify({ w, h, fl_x, fl_y, cx, cy, ...distortion, camera_model: 'OPENCV', ply_file_path: 'sparse_pc.ply', frames }, null, 2)}\n`;
}

function imagePath(index: number): string {
  return `images/frame_${String(index + 1).padStart(5, '0')}.png`;
}

/** Up to POINTS_A_VIEW places that the camera sees, [P*3]. */
function surfacePoints(scene: SyntheticScene, view: Camera, random: Random): number[] {
  const { camera, depths } = sampleDepths(scene, view);
  const { origins, directions } = cameraRays(camera);
  const points: number[] = [];
  for (let n = 0; n < POINTS_A_VIEW; n++) {
    const i = random.integer(depths.length);
    if (depths[i] === Infinity) continue;
    for (let axis = 0; axis < 3; axis++) points.push(origins[i * 3 + axis] + directions[i * 3 + axis] * depths[i]);
  }
  return points;
}
