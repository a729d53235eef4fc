/** Generated scenes through the real loader: what is written is what was rendered, where it was rendered. */
import { describe, expect, it } from 'vitest';
import { compositePixel } from '../../../datasets/background.ts';
import { inspectScene } from '../../../datasets/inspect-scene.ts';
import type { SplitName, View } from '../../../datasets/scene-data.ts';
import { metal, paint } from '../../../datasets/synth/material.ts';
import { partKit } from '../../../datasets/synth/part.ts';
import { prepareScene, renderSynthetic, renderSyntheticDepth } from '../../../datasets/synth/render-synthetic.ts';
import { createSyntheticScene, SYNTHETIC_SCENES } from '../../../datasets/synth/scenes.ts';
import { cameraOnSphere, syntheticCameras } from '../../../datasets/synth/synthetic-cameras.ts';
import { writeSyntheticScene } from '../../../datasets/synth/write-synthetic-scene.ts';
import { cameraRays } from '../../../src/geometry/camera.ts';
import { sharpCodec } from '../../../src/node/image-codec.ts';
import { nodeFiles } from '../../../src/node/node-files.ts';
import { temporaryFolder } from '../../io/temporary-folder.ts';
import { inputError, open, rows, write } from '../blender-scene.ts';

const { ball } = partKit(1);

/** Pixel coordinates of a world point in a view. */
function project({ camToWorld: m, intrinsics: k }: View, p: readonly number[]): [number, number] {
  const offset = p.map((value, axis) => value - m[axis * 4 + 3]);
  const [x, y, z] = [0, 1, 2].map((c) => offset[0] * m[c] + offset[1] * m[4 + c] + offset[2] * m[8 + c]);
  return [k.cx + (k.fx * x) / -z, k.cy - (k.fy * y) / -z];
}

/** Centre of what a view shows, pixels, weighted by alpha. */
function centroid({ rgba, intrinsics: { width } }: View): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < rgba.length / 4; i++) {
    const alpha = rgba[i * 4 + 3];
    sum += alpha;
    x += alpha * ((i % width) + 0.5);
    y += alpha * (Math.floor(i / width) + 0.5);
  }
  return [x / sum, y / sum];
}

describe('a written scene', () => {
  it('comes back from the loader exactly as it was rendered', async () => {
    const folder = temporaryFolder();
    const events: string[] = [];
    const counts = { train: 4, val: 1, test: 2 };
    await writeSyntheticScene({
      scene: 'object',
      views: counts,
      size: 24,
      folder,
      files: nodeFiles,
      images: sharpCodec,
      seed: 7,
      report: (event) => events.push(event.type === 'view' ? `${event.done}/${event.total}` : event.type),
    });
    expect(events).toEqual(['1/7', '2/7', '3/7', '4/7', '5/7', '6/7', '7/7']);
    const loaded = await open(folder);
    const scene = createSyntheticScene('object');
    for (const split of Object.keys(counts) as SplitName[]) {
      const cameras = syntheticCameras(split, counts[split], 24, 7);
      expect(loaded.splits[split]).toHaveLength(counts[split]);
      for (const [i, view] of loaded.splits[split]!.entries()) {
        expect([...view.camToWorld]).toEqual([...Array.from(cameras[i].camToWorld, (v) => v + 0)]);
        expect(view.intrinsics.fx).toBeCloseTo(cameras[i].intrinsics.fx, 12);
        expect(Buffer.compare(view.rgba, renderSynthetic(scene, cameras[i]).rgba)).toBe(0);
      }
    }
    expect(loaded.hasAlpha).toBe(true);
    expect(loaded.near).toBeCloseTo(2, 9);
    expect(loaded.far).toBeCloseTo(6, 9);
    expect(inspectScene(loaded).problems).toEqual(['only 4 training views; expect holes and floaters where no more photos are taken']);
  });

  it('has the same bytes for the same seed, others for another, and splits that share no pose', async () => {
    const poses = (seed: number): string[] =>
      (['train', 'val', 'test'] as const).flatMap((split) =>
        syntheticCameras(split, 20, 8, seed).map((c) => Array.from(c.camToWorld).join()),
      );
    expect(poses(1)).toEqual(poses(1));
    expect(new Set([...poses(1), ...poses(2)]).size).toBe(20 * 5);
  });

  it('refuses unknown scenes, sizes and counts', async () => {
    const options = { scene: 'object', views: 2, size: 16, folder: temporaryFolder(), files: nodeFiles, images: sharpCodec };
    expect(await inputError(writeSyntheticScene({ ...options, scene: 'teapot' }))).toMatch(/found "teapot"\nUse one of object, hard/);
    expect(await inputError(writeSyntheticScene({ ...options, size: 4 }))).toMatch(/size: expected 8 to 4096 pixels, found 4/);
    expect(await inputError(writeSyntheticScene({ ...options, views: 0 }))).toMatch(/views: expected 1 to 10000 train views, found 0/);
    expect(await nodeFiles.list(options.folder)).toEqual([]);
  });
});

describe('cameras', () => {
  it('see a known point where the loader says it is, to a twentieth of a pixel', async () => {
    const folder = temporaryFolder();
    const point = [0.5, -0.4, 0.3] as const;
    const scene = prepareScene('ball', [ball(paint(0xff0000), point, 0.06)], 12);
    const cameras = Array.from({ length: 6 }, (_, i) => cameraOnSphere(i * 1.1, -0.3 + 0.25 * i, 96));
    const frames = cameras.map(({ camToWorld }, i) => ({ file_path: `train/r_${i}`, transform_matrix: rows(camToWorld) }));
    await write(folder, 'transforms_train.json', { camera_angle_x: 0.6911112070083618, frames });
    for (const [i, camera] of cameras.entries()) {
      const { width, height, rgba } = renderSynthetic(scene, camera);
      await write(folder, `train/r_${i}.png`, await sharpCodec.encodePng({ width, height, channels: 4, data: rgba }));
    }
    for (const downscale of [1, 2]) {
      for (const view of (await open(folder, { downscale })).splits.train!) {
        const [seen, expected] = [centroid(view), project(view, point)];
        expect(Math.abs(seen[0] - expected[0])).toBeLessThan(0.05);
        expect(Math.abs(seen[1] - expected[1])).toBeLessThan(0.05);
      }
    }
  });

  it('have rays that meet the surface at the depth rendered', () => {
    const point = [-0.3, 0.2, 0.6];
    const scene = prepareScene('ball', [ball(metal(0xffffff), [-0.3, 0.2, 0.6], 0.5)], 1);
    const camera = cameraOnSphere(2, 0.6, 40);
    const depth = renderSyntheticDepth(scene, camera);
    const { origins, directions } = cameraRays(camera);
    const { rgba } = renderSynthetic(scene, camera);
    let hits = 0;
    for (let i = 0; i < depth.length; i++) {
      expect(rgba[i * 4 + 3], 'one sample a pixel sits at its centre').toBe(depth[i] < Infinity ? 255 : 0);
      if (depth[i] === Infinity) continue;
      hits++;
      const p = [0, 1, 2].map((k) => origins[i * 3 + k] + directions[i * 3 + k] * depth[i]);
      expect(Math.hypot(...p.map((value, k) => value - point[k]))).toBeCloseTo(0.5, 5);
    }
    expect(hits).toBeGreaterThan(100);
  });

  it('sees the whole of every object from every side', () => {
    for (const { name, format } of SYNTHETIC_SCENES) {
      if (format !== 'blender') continue;
      const scene = createSyntheticScene(name);
      const size = 32;
      for (const camera of (['train', 'val', 'test'] as const).flatMap((split) => syntheticCameras(split, 30, size, 1))) {
        const depth = renderSyntheticDepth(scene, camera);
        const border = Array.from(depth.keys()).filter(
          (i) => i < size || i >= size * (size - 1) || i % size === 0 || i % size === size - 1,
        );
        expect(border.every((i) => depth[i] === Infinity)).toBe(true);
        expect(depth.some((value) => value < Infinity)).toBe(true);
        expect(depth.every((value) => value === Infinity || (value > 2 && value < 6))).toBe(true);
      }
    }
  });
});

describe('anti-aliasing', () => {
  it('gives alpha the covered area', () => {
    // A ball of radius r at distance d is a disc of radius f r / sqrt(d^2 - r^2) pixels.
    const scene = prepareScene('ball', [ball(paint(0xffffff), [0, 0, 0], 0.6)], 4);
    const camera = cameraOnSphere(0.3, 0.4, 100);
    const { rgba } = renderSynthetic(scene, camera);
    const area = rgba.reduce((sum, value, i) => (i % 4 === 3 ? sum + value / 255 : sum), 0);
    const radius = (camera.intrinsics.fx * 0.6) / Math.sqrt(16 - 0.36);
    expect(Math.abs(area / (Math.PI * radius * radius) - 1)).toBeLessThan(0.002);
  });

  it('makes a composited pixel the mean of its samples', () => {
    const parts = [ball(paint(0xe08040), [0, 0, 0], 0.5)];
    const coarse = renderSynthetic(prepareScene('ball', parts, 4), cameraOnSphere(1, 0.5, 24));
    const fine = renderSynthetic(prepareScene('ball', parts, 1), cameraOnSphere(1, 0.5, 96));
    const [one, sample] = [new Float32Array(3), new Float32Array(3)];
    for (let i = 0; i < 24 * 24; i++) {
      compositePixel(coarse.rgba, i, [0.1, 0.8, 0.3], one, 0);
      const mean = [0, 0, 0];
      for (let k = 0; k < 16; k++) {
        const at = (Math.floor(i / 24) * 4 + (k >> 2)) * 96 + (i % 24) * 4 + (k & 3);
        compositePixel(fine.rgba, at, [0.1, 0.8, 0.3], sample, 0);
        for (let c = 0; c < 3; c++) mean[c] += sample[c] / 16;
      }
      // Corner samples stand for the others where they agree, and rounding.
      for (let c = 0; c < 3; c++) expect(Math.abs(one[c] - mean[c])).toBeLessThan(0.03);
    }
  });

  it('shows mirrors their surroundings', () => {
    const mirror = { ...metal(0xffffff, 0.05), mirror: true };
    const camera = cameraOnSphere(0, 0.1, 40);
    const alone = renderSynthetic(prepareScene('mirror', [ball(mirror, [0, 0, 0], 0.6)], 1), camera);
    // Behind the camera's back, so that it is only seen in the mirror.
    const beside = [ball(mirror, [0, 0, 0], 0.6), ball(paint(0xff0000, 0.9), [5.5, 0, 0], 1)];
    const withRed = renderSynthetic(prepareScene('mirror', beside, 1), camera);
    const middle = (20 * 40 + 20) * 4;
    expect(withRed.rgba[middle + 3]).toBe(255);
    expect(withRed.rgba[middle] - withRed.rgba[middle + 1]).toBeGreaterThan(60);
    expect(alone.rgba[middle] - alone.rgba[middle + 1]).toBeLessThan(20);
  });
});
