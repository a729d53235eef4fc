/** Where the inner region of an unbounded scene lies: around the cameras, and around what they look at. */
import { describe, expect, it } from 'vitest';
import { unboundedSpace } from '../../datasets/scene-space.ts';
import { streetCameras } from '../../datasets/synth/capture-cameras.ts';
import { writeSyntheticScene } from '../../datasets/synth/write-synthetic-scene.ts';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import { lookAt } from '../../src/geometry/look-at.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { open } from './blender-scene.ts';

const ring = (count: number, from: number, to: number, height = 0.8): Float64Array[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = from + ((to - from) * i) / (count - 1);
    return lookAt([4 * Math.cos(angle), 4 * Math.sin(angle), height + 0.3 * Math.sin(i)], [0, 0, 0], [0, 0, 1]);
  });

/** A place at `depth` before each camera. */
const ahead = (poses: readonly Float64Array[], depth: number): Vec3[] =>
  poses.map((m) => [m[3] - depth * m[2], m[7] - depth * m[6], m[11] - depth * m[10]]);

const contains = ({ centre, radius }: { centre: Vec3; radius: number }, p: Vec3): boolean =>
  p.every((value, axis) => Math.abs(value - centre[axis]) <= radius + 1e-9);

describe('the inner region', () => {
  it('of an orbit is that of its cameras, however far the background is', () => {
    const poses = ring(24, 0, 6);
    expect(unboundedSpace(poses, ahead(poses, 30))).toEqual(unboundedSpace(poses));
    expect(unboundedSpace(poses).radius).toBeCloseTo(4, 1);
  });

  it('of half an orbit holds the subject and what is behind it', () => {
    const region = unboundedSpace(ring(24, -0.7, 0.7));
    expect(contains(region, [0, 0, 0])).toBe(true);
    expect(contains(region, [-2, 0, 0])).toBe(true);
  });

  it('before a wall holds the wall and every camera', () => {
    const poses = streetCameras(32, 64, 0).map(({ camToWorld }) => camToWorld);
    const cameras = unboundedSpace(poses);
    expect(contains(cameras, [0, 0, 1]), 'outside of the box of the cameras').toBe(false);
    const wall = poses.map((m): Vec3 => {
      const depth = m[7] / m[6];
      return [m[3] - depth * m[2], 0, m[11] - depth * m[10]];
    });
    const region = unboundedSpace(poses, wall);
    for (const x of [-3, 0, 3]) expect(contains(region, [x, 0, 1])).toBe(true);
    for (const m of poses) expect(contains(region, [m[3], m[7], m[11]])).toBe(true);
  });

  it('in the middle of a room holds its walls', () => {
    const poses = Array.from({ length: 20 }, (_, i) =>
      lookAt([0.1 * Math.sin(i * 5), 0.1 * Math.cos(i * 3), 0], [9 * Math.cos(i), 9 * Math.sin(i), 0], [0, 0, 1]),
    );
    expect(unboundedSpace(poses, ahead(poses, 3)).radius).toBeGreaterThan(2.5);
    expect(unboundedSpace(poses).radius, 'nothing is known of them').toBeLessThan(0.2);
  });
});

describe('the generated street', () => {
  it('is unbounded, its region reaches the house front, and inspect shows that', async () => {
    const folder = temporaryFolder();
    await writeSyntheticScene({ scene: 'facade', views: 16, size: 24, folder, files: nodeFiles, images: sharpCodec });
    const scene = await open(folder);
    const report = inspectScene(scene);
    if (scene.space.kind !== 'unbounded') throw new Error('expected an unbounded scene');
    for (const x of [-2, 0, 2]) expect(contains(scene.space, [x, 0, 1])).toBe(true);
    expect(scene.space.radius).toBeGreaterThan(2 * report.cameras.reach);
    expect(report.cameras.reach).toBeGreaterThan(1);
    expect(report.cameras.reach).toBeLessThan(2);
  });
});
