import { describe, expect, it, vi } from 'vitest';
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { availableMemory } from '../../src/node/available-memory.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { checkImageMemory } from '../../src/jobs/run-scenes.ts';
import { checkRenderMemory, renderMemory } from '../../src/eval/render-memory.ts';
import { checkTrainingMemory } from '../../src/jobs/training-memory.ts';
import { presets } from '../../src/config/presets.ts';
import { MemoryError } from '../../src/base/errors.ts';
import { open, writeSplit } from '../datasets/blender-scene.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

const never = (): never => {
  throw new Error('not called');
};

describe('memory for images', () => {
  it('is refused with the numbers when it does not fit', () => {
    const check = (bytes: number) => () => {
      checkImageMemory(3, bytes, 50_000);
    };
    expect(check(50_000)).not.toThrow();
    expect(check(60_000)).toThrow(MemoryError);
    expect(check(60_000)).toThrow('the 3 images need 59 KiB; 49 KiB of memory are available');
  });

  it('is asked for once, before the first image is decoded, for all images at their size in memory', async () => {
    const folder = temporaryFolder();
    await writeSplit(folder, 'train', 3);
    await writeSplit(folder, 'val', 1, 1);
    const calls: number[][] = [];
    const decoded = vi.fn(sharpCodec.decode.bind(sharpCodec));
    const checkMemory = (images: number, bytes: number): void => {
      expect(decoded).not.toHaveBeenCalled();
      calls.push([images, bytes]);
    };
    await open(folder, { checkMemory, downscale: 2, images: { ...sharpCodec, decode: decoded } });
    // The four kept at half their size, and the four that are decoded at once.
    expect(calls).toEqual([[4, 4 * (4 * 4 * 4) + 4 * (8 * 8 * 4)]]);
    expect(decoded).toHaveBeenCalledTimes(4);
  });
});

describe('memory for rendering', () => {
  const cameras = Array.from({ length: 60 }, () => tinyCamera(0, 0, 100));

  it('is that of three animations, a strip, and one image', () => {
    const strips = 60 * 100 * 100 * 3 * 4;
    expect(renderMemory(cameras)).toBeGreaterThanOrEqual(strips + 100 * 100 * 28);
    expect(renderMemory(cameras)).toBeLessThan(strips * 1.1);
    expect(() => {
      checkRenderMemory(cameras, renderMemory(cameras));
    }).not.toThrow();
  });

  it('is refused with the numbers when it does not fit', () => {
    const check = (): void => {
      checkRenderMemory(cameras, 2 ** 20);
    };
    expect(check).toThrow(MemoryError);
    expect(check).toThrow('60 frames of 100x100 needs 7.3 MiB for images and animations; 1.0 MiB are available');
  });
});

describe('memory for training', () => {
  const scene: SceneData = {
    name: 'one camera',
    format: 'test',
    near: 2,
    far: 6,
    space: { kind: 'bounded', box: null },
    points: null,
    hasAlpha: false,
    fingerprint: '',
    warnings: [],
    poses: {},
    frame: null,
    splits: {
      train: [
        {
          name: 'r_0',
          camToWorld: Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1),
          intrinsics: { width: 10, height: 10, fx: 12, fy: 12, cx: 5, cy: 5 },
          rgba: new Uint8Array(400),
        },
      ],
    },
  };
  const backend = (bytesPerVoxel: number, memory: Backend['memory'] = 'process'): Backend => ({
    name: memory === 'gpu' ? 'webgpu' : 'wasm',
    description: 'test',
    memory,
    estimateBytes: (_, { voxels }) => voxels * bytesPerVoxel,
    createField: never,
  });

  it('is estimated for the larger stage, with the copies made while the grid is scaled', () => {
    const { field, copies, images, total } = checkTrainingMemory(scene, presets.blender, backend(200), 2 ** 34);
    expect(field).toBeGreaterThan(presets.blender.fine.voxels * 200 * 0.9);
    expect(field).toBeLessThan(presets.blender.fine.voxels * 200 * 1.1);
    expect(images).toBe(400);
    // Density and features, 12 numbers, before and after the grid is scaled.
    const values = presets.blender.fine.voxels * 2 * (1 + 12) * 4;
    expect(copies / values).toBeGreaterThan(0.9);
    expect(copies / values).toBeLessThan(1.1);
    expect(total).toBe(field + copies + images);
  });

  it('counts the teacher: its grid on the backend, and what is read of its checkpoint', () => {
    const withTeacher: Backend = {
      ...backend(200),
      estimateBytes: (_, { voxels, teacherVoxels = 0 }) => voxels * 200 + teacherVoxels * 48,
    };
    const dense = { ...presets.blender, field: presets.gpu.field };
    const distillation = { ...dense.distillation, teacher: 'twin' };
    const alone = checkTrainingMemory(scene, dense, withTeacher, 2 ** 34);
    const taught = checkTrainingMemory(scene, { ...dense, distillation }, withTeacher, 2 ** 34);
    const voxels = alone.field / 200;
    expect(alone.teacher).toBe(0);
    expect(taught.field - alone.field).toBe(voxels * 48);
    expect(taught.teacher).toBe(voxels * 13 * 4);
    expect(taught.total - alone.total).toBe(taught.teacher + voxels * 48);
  });

  it('refuses with the numbers and what to change', () => {
    const failure = (available: number, bytesPerVoxel: number): MemoryError => {
      try {
        checkTrainingMemory(scene, presets.blender, backend(bytesPerVoxel), available);
      } catch (error) {
        if (error instanceof MemoryError) return error;
        throw error;
      }
      throw new Error('expected a MemoryError');
    };
    expect(failure(1e8, 200).message).toMatch(/training needs 1\.\d GiB .* 4096000 voxels, 2048 rays a step.* 95 MiB are available/);
    expect(failure(1e8, 200).fix).toContain('--set fine.voxels=1024000');
    expect(failure(1e12, 2000).message).toContain('wasm can address 4 GiB');
  });

  it('of a field on a GPU is not of this process', () => {
    const { field, copies, images, total } = checkTrainingMemory(scene, presets.blender, backend(2000, 'gpu'), 2 ** 30);
    expect(field).toBeGreaterThan(2 ** 32);
    expect(total).toBe(copies + images);
    expect(() => checkTrainingMemory(scene, presets.blender, backend(2000, 'gpu'), 2 ** 28)).toThrow(
      /GiB on the GPU: .* 256 MiB are available/,
    );
  });

  it('knows what is available here', () => {
    expect(availableMemory()).toBeGreaterThan(1e6);
  });
});
