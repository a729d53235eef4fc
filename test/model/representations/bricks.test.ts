/** Which bricks exist is part of the spec (test/conformance/bricks.test.ts has what they do). */
import { expect, it } from 'vitest';
import { brickTable, bricksSpec, type BricksSpec } from '../../../src/model/representations/bricks.ts';
import { fitted } from '../../../src/model/representations/index.ts';
import { fieldFixture } from '../../helpers/field-fixtures.ts';

it('a field whose bricks are those that its occupancy needs stays itself: nothing has to be laid out anew', () => {
  const { spec, occupancy } = fieldFixture({ size: [18, 14, 11] });
  const half = occupancy.map((flag, i) => (i % 18 < 6 ? flag : 0));
  const field = fitted({ ...spec, representation: bricksSpec(12, 1) }, half);
  expect(brickTable(field.representation as BricksSpec, field.grid).places.length).toBeGreaterThan(4);
  expect(fitted(field, half)).toBe(field);
  expect(fitted(field, occupancy)).not.toBe(field);
  // What always holds everything fits as it is.
  expect(fitted(spec, half)).toBe(spec);
});
