/** Grids that an engine has no room for are refused, whichever of its buffers they would overrun. */
import { expect, it } from 'vitest';
import { checkFits, fieldSizes } from '../../../src/backends/webgpu/field-plan.ts';
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
