import { describe, expect, it } from 'vitest';
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { availableMemory } from '../../src/cli/available-memory.ts';
import { limitedCodec } from '../../src/cli/limited-codec.ts';
import { checkRenderMemory, renderMemory } from '../../src/cli/render-memory.ts';
import { checkTrainingMemory } from '../../src/cli/training-memory.ts';
import { presets } from '../../src/config/presets.ts';
import { MemoryError } from '../../src/errors.ts';
import type { ImageCodec } from '../../src/io/files.ts';
import { tinyCamera } from '../train/tiny-scene.ts';

const never = (): never => {
  throw new Error('not called');
};

function codec(): ImageCodec {
  return {
    size: () => Promise.resolve({ width: 100, height: 50 }),
    decode: () => Promise.resolve({ width: 100, height: 50, rgba: new Uint8Array(20_000) }),
    encodePng: never,
    encodePng16: never,
    encodeAnimation: never,
  };
}

describe('memory for images', () => {
  it('is added up before the first image is decoded', async () => {
    const images = limitedCodec(codec(), 1, 50_000);
    for (const path of ['a', 'b', 'c']) await images.size(path);
    await expect(images.decode('a')).rejects.toThrow('the 3 images need 59 KiB; 49 KiB of memory are available');
    await expect(images.decode('a')).rejects.toThrow(MemoryError);
  });

  it('counts downscaled images at their size in memory, each once', async () => {
    const images = limitedCodec(codec(), 2, 16_000);
    for (const path of ['a', 'b', 'c', 'a']) await images.size(path);
    expect((await images.decode('a')).width).toBe(100);
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
    hasAlpha: false,
    fingerprint: '',
    warnings: [],
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
  const backend = (bytesPerVoxel: number): Backend => ({
    name: 'wasm',
    description: 'test',
    estimateBytes: (_, { voxels }) => voxels * bytesPerVoxel,
    createField: never,
  });

  it('is estimated for the larger stage, with the copies made while saving', () => {
    const { field, copies, images, total } = checkTrainingMemory(scene, presets.blender, backend(200), 2 ** 34);
    expect(field).toBeGreaterThan(presets.blender.fine.voxels * 200 * 0.9);
    expect(field).toBeLessThan(presets.blender.fine.voxels * 200 * 1.1);
    expect(images).toBe(400);
    // Density and features with two moments each, and the features, 12 numbers, once more while they are packed.
    const values = presets.blender.fine.voxels * (3 + 4 * 12) * 4;
    expect(copies / values).toBeGreaterThan(0.9);
    expect(copies / values).toBeLessThan(1.1);
    expect(total).toBe(field + copies + images);
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

  it('knows what is available here', () => {
    expect(availableMemory()).toBeGreaterThan(1e6);
  });
});
