/** Scenes far from the origin and in other units: the same field, and the same places in the file. */
import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../../datasets/index.ts';
import { inspectScene } from '../../datasets/inspect-scene.ts';
import type { SceneData } from '../../datasets/scene-data.ts';
import { boxToFile, pointToFile, poseFromFile, poseToFile } from '../../datasets/world-frame.ts';
import { encodeKeyPath, parseKeyPath } from '../../renderer/paths/camera-keys.ts';
import { sceneRegion } from '../../src/train/scene-region.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { open, picture, transforms, write } from './blender-scene.ts';

type Vector = readonly [number, number, number];

const UTM: Vector = [440_123.5, 4_481_234.25, 655];

/** Positions of points, as a PLY of numbers of this type. */
function ply(points: readonly number[], type: 'float' | 'double'): Uint8Array {
  const size = type === 'float' ? 4 : 8;
  const head = `ply\nformat binary_little_endian 1.0\nelement vertex ${points.length / 3}\nproperty ${type} x\nproperty ${type} y\nproperty ${type} z\nend_header\n`;
  const bytes = new Uint8Array(head.length + points.length * size);
  bytes.set(new TextEncoder().encode(head));
  const view = new DataView(bytes.buffer, head.length);
  points.forEach((value, i) => {
    if (type === 'float') view.setFloat32(i * 4, value, true);
    else view.setFloat64(i * 8, value, true);
  });
  return bytes;
}

/** 9 cameras 4 from the origin and points of a cube, all times `scale` and moved by `offset`. */
async function scene(
  offset: Vector,
  scale: number,
  type: 'float' | 'double' = 'double',
  options: Partial<OpenOptions> = {},
): Promise<SceneData> {
  const folder = temporaryFolder();
  const { frames } = transforms('images', 9);
  for (const frame of frames) for (let axis = 0; axis < 3; axis++) {
    const row = (frame.transform_matrix as number[][])[axis];
    row[3] = row[3] * scale + offset[axis];
  } // prettier-ignore
  const points = Array.from({ length: 300 }, (_, i) => Math.sin(i * 1.7) * 0.8 * scale + offset[i % 3]);
  for (let i = 0; i < 9; i++) await write(folder, `images/r_${i}.png`, await picture(8, 8, i, true));
  await write(folder, 'points.ply', ply(points, type));
  await write(folder, 'transforms.json', { fl_x: 9, w: 8, h: 8, ply_file_path: 'points.ply', frames });
  return open(folder, options);
}

/** What a field is built from, back in lengths of the scene at the origin. */
function geometry(data: SceneData, unit: number, offset: Vector): number[] {
  const { box } = sceneRegion(data);
  const inFile = boxToFile(data.frame, box);
  const poses = data.splits.train!.flatMap(({ camToWorld }) => [3, 7, 11].map((k) => poseToFile(data.frame, camToWorld)[k]));
  const at = (value: number, i: number): number => (value - offset[i % 3]) / unit;
  return [...[...inFile.min].map(at), ...[...inFile.max].map(at), ...poses.map(at)];
}

describe('a world that is not near the origin', () => {
  it.each<[string, Vector, number]>([
    ['UTM coordinates', UTM, 1],
    ['earth-centred coordinates', [4_075_539.8, 931_735.3, 4_801_629.6], 1],
    ['millimetres', [0, 0, 0], 1000],
    ['kilometres', [0, 0, 0], 1e-3],
    ['millimetres, far away', [3e8, -2e8, 1e6], 1000],
  ])('in %s trains in the same box', async (_, offset, unit) => {
    const there = await scene(offset, unit);
    const here = await scene([0, 0, 0], 1);
    expect(here.frame).toBeNull();
    expect(there.frame).not.toBeNull();
    const reach = Math.max(...there.splits.train!.map(({ camToWorld: m }) => Math.hypot(m[3], m[7], m[11])));
    expect(reach, 'cameras near the origin').toBeLessThan(10);
    const [moved, still] = [geometry(there, unit, offset), geometry(here, 1, [0, 0, 0])];
    moved.forEach((value, i) => expect(value).toBeCloseTo(still[i], 4));
    const size = (data: SceneData): number => (data.frame?.scale ?? 1) * (data === there ? unit : 1);
    expect(there.near / size(there)).toBeCloseTo(here.near, 4);
    expect(there.far / size(there)).toBeCloseTo(here.far, 4);
  });

  it('keeps its bits where no transform is needed', async () => {
    for (const [offset, scale] of [[[0, 0, 0], 1], [[30, -20, 10], 1], [[0, 0, 0], 20], [[0, 0, 0], 0.02]] as [Vector, number][]) {
      const data = await scene(offset, scale);
      expect(data.frame).toBeNull();
      const written = transforms('images', 9).frames[1].transform_matrix as number[][];
      expect(data.splits.train![0].camToWorld[3]).toBe(written[0][3] * scale + offset[0]);
    } // prettier-ignore
  });

  it('scales by powers of two, so that a scene in other units has other exponents only', async () => {
    const data = await scene([0, 0, 0], 1024);
    const plain = await scene([0, 0, 0], 1);
    expect(data.frame).toEqual({ centre: [0, 0, 0], scale: 2 ** -10 });
    expect(data.splits.train!.map(({ camToWorld }) => [...camToWorld])).toEqual(
      plain.splits.train!.map(({ camToWorld }) => [...camToWorld]),
    );
    expect([data.near, data.far]).toEqual([plain.near, plain.far]);
  });

  it('takes depths in lengths of the file', async () => {
    const data = await scene([0, 0, 0], 1024, 'double', { near: 2048, far: 6144 });
    expect([data.near, data.far]).toEqual([2, 6]);
  });

  it('is wide enough for points that 32-bit numbers could not tell apart, or does without them', async () => {
    const single = await scene(UTM, 1, 'float');
    const { space } = single;
    const { box } = sceneRegion(await scene([0, 0, 0], 1));
    if (space.kind !== 'bounded' || space.box === null) throw new Error('expected a box');
    const inFile = boxToFile(single.frame, space.box);
    for (const axis of [0, 1, 2]) {
      expect(inFile.min[axis] - UTM[axis]).toBeLessThan(box.min[axis] + 0.05);
      expect(inFile.max[axis] - UTM[axis]).toBeGreaterThan(box.max[axis] - 0.05);
    }
    const coarse = await scene([4e7, 0, 0], 1, 'float');
    expect(coarse.points).toBeNull();
    expect(coarse.warnings).toEqual([
      expect.stringMatching(/^the points are 32-bit numbers, so far from the origin wrong by 2\.0: left out/),
    ]);
  });

  it('is described in the coordinates of the file', async () => {
    const report = inspectScene(await scene(UTM, 1));
    report.cameras.centre!.forEach((value, axis) => expect(value).toBeCloseTo(UTM[axis], 6));
    expect(report.cameras.distance!.median).toBeCloseTo(4, 6);
    expect(report.frame!.centre).toEqual([440_124, 4_481_236, 656]);
    const metres = inspectScene(await scene([0, 0, 0], 1000));
    expect(metres.cameras.distance!.median).toBeCloseTo(4000, 3);
    expect(metres.space.kind === 'bounded' && metres.space.box!.max[0]).toBeCloseTo(800 * 1.3, -2);
    expect(metres.problems.join()).not.toMatch(/scale/);
  });

  it('stays where a run has put it', async () => {
    const frame = { centre: [440_000, 4_481_000, 600], scale: 0.5 } as const;
    const data = await scene(UTM, 1, 'double', { frame });
    expect(data.frame).toEqual(frame);
    const file = await scene(UTM, 1, 'double', { frame: null });
    expect(file.frame).toBeNull();
    expect(pointToFile(frame, [data.splits.train![0].camToWorld[3], 0, 0])[0]).toBe(file.splits.train![0].camToWorld[3]);
    expect([...poseFromFile(frame, file.splits.train![0].camToWorld)]).toEqual([...data.splits.train![0].camToWorld]);
  });

  it('gives camera paths in the coordinates of the file, and takes them', () => {
    const frame = { centre: UTM, scale: 2 };
    const key = (x: number): { camToWorld: number[]; fov: number; seconds: number } => ({
      camToWorld: [1, 0, 0, x, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1],
      fov: 40,
      seconds: 1,
    });
    const path = { keys: [key(0), key(1)], framesPerSecond: 10, width: 8, height: 8 };
    const written = encodeKeyPath(path, frame) as { camera_path: { camera_to_world: number[] }[] };
    expect(written.camera_path[0].camera_to_world.filter((_, i) => i % 4 === 3)).toEqual([UTM[0], UTM[1], UTM[2] + 2, 1]);
    expect(parseKeyPath(written, 'path.json', frame).keys).toEqual(path.keys);
  });
});
