/** Grids that an engine has no room for are refused, whichever of its buffers they would overrun. */
import { describe, expect, it } from 'vitest';
import { PLAIN_LIMITS } from '../../../src/backends/webgpu/adapters.ts';
import { dispatchEntries } from '../../../src/backends/webgpu/field-kernels.ts';
import { checkFits, checkLimits, fieldSizes, mostBytes, planBuffers } from '../../../src/backends/webgpu/field-plan.ts';
import type { MemoryError } from '../../../src/base/errors.ts';
import { bricksSpec } from '../../../src/model/representations/bricks.ts';
import { denseSpec } from '../../../src/model/representations/dense.ts';
import { largest } from '../../../src/model/representations/index.ts';
import type { RepresentationSpec } from '../../../src/model/representations/representation.ts';
import { gridFloats } from '../../../src/model/tensor-shape.ts';
import { vmSpec } from '../../../src/model/representations/vm.ts';
import type { FieldSpec } from '../../../src/model/field-spec.ts';
import { fieldFixture } from '../../helpers/field-fixtures.ts';

it('of factors whose ranks lie crosswise, a plane larger than the cells that were reserved', () => {
  // Each group alone would have room for it: the plane of the second pair is cheap in both.
  const { spec } = fieldFixture({ network: null, representation: vmSpec(3, [4, 20, 36], [36, 20, 4]) });
  const sized = (size: [number, number, number]): FieldSpec => ({ ...spec, grid: { ...spec.grid, size } });
  const sizes = fieldSizes(sized([20, 20, 20]), { voxels: 40 ** 3, fieldFloats: 60_000, trainRays: 8, steps: 10_000 }, ({ most }) => most);
  expect(() => checkFits(sized([20, 20, 20]), sizes)).not.toThrow();
  expect(() => checkFits(sized([46, 4, 46]), sizes)).toThrow(/needs 2116 points of its largest plane; this engine was made for 1500/);
});

describe('bricks on the least GPU, which binds 128 MiB', () => {
  const [trainRays, steps] = [1024, 1500];
  /** MiB of all buffers of a field in training. */
  const plan = (points: number, representation: RepresentationSpec, limits: Parameters<typeof checkLimits>[2] = PLAIN_LIMITS): number => {
    const base = fieldFixture().spec;
    const spec = largest({ ...base, representation, grid: { ...base.grid, size: [points, points, points] as const } });
    const capacity = { voxels: points ** 3, fieldFloats: gridFloats(spec), trainRays, steps, totalVariation: 'touched' } as const;
    const sizes = fieldSizes(spec, capacity, () => 1e5, { bindingBytes: mostBytes(limits), half: false });
    const bytes = Object.fromEntries([...planBuffers(sizes, dispatchEntries(sizes), false)].map(([name, { bytes }]) => [name, bytes]));
    checkLimits(sizes, [bytes], limits);
    return Object.values(bytes).reduce((a, b) => a + b) / 2 ** 20;
  };

  it('256^3 of which two fifths may exist fit, and take two fifths of what dense grids take', () => {
    expect(plan(256, bricksSpec(12, 0.4)) / plan(256, denseSpec(12))).toBeLessThan(0.45);
  });

  it('384^3 fit where dense grids do not', () => {
    expect(() => plan(384, denseSpec(12))).toThrow(/cells needs 432 MiB; this GPU binds at most 128 MiB/);
    expect(plan(384, bricksSpec(12, 0.29))).toBeGreaterThan(0);
  });

  it('a table of more bricks than a texture has words is refused where buffers have room', () => {
    const large = { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40 };
    expect(plan(640, bricksSpec(12, 0.1), large)).toBeGreaterThan(0);
    expect(() => plan(656, bricksSpec(12, 0.1), large)).toThrow(
      expect.objectContaining({
        name: 'MemoryError',
        message: `The table brickRows needs ${82 ** 3 * 64} words; a texture has room for ${8192 * 4096}.`,
        fix: expect.stringMatching(/^Use fewer voxels \(at most --set fine.voxels=26\d{7}\), or --backend wasm\.$/) as string,
      }) as MemoryError,
    );
  });

  it('what does not fit is refused with the share that would', () => {
    expect(() => plan(384, bricksSpec(12, 0.5))).toThrow(
      expect.objectContaining({
        name: 'MemoryError',
        message: expect.stringMatching(/^The buffer cells needs 216 MiB; this GPU binds at most 128 MiB/) as string,
        fix: expect.stringContaining('or room for fewer bricks (at most --set field.share=0.296), or --backend wasm.') as string,
      }) as MemoryError,
    );
  });
});
