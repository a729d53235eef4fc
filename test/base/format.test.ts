import { expect, it } from 'vitest';
import { byteSize, clock, fixed, percent, quoted, short, signed, table } from '../../src/base/format.ts';

it('formats numbers for people', () => {
  expect([0, 59.4, 75, 3600, 4003].map(clock)).toEqual(['0:00', '0:59', '1:15', '1:00:00', '1:06:43']);
  expect(clock(Infinity)).toBe('-');
  expect([0, 1023, 1536, 20 * 2 ** 20, 5 * 2 ** 40].map(byteSize)).toEqual(['0 B', '1023 B', '1.5 KiB', '20 MiB', '5.0 TiB']);
  expect([3, 12_345, 2_500_000].map(short)).toEqual(['3.0', '12.3 k', '2.50 M']);
  expect(percent(0.0623)).toBe('6.2 %');
});

it('has no negative zero', () => {
  expect([-0.004, -0, 0.004, -0.006, -10.5, 2].map((value) => fixed(value, 2))).toEqual([
    '0.00',
    '0.00',
    '0.00',
    '-0.01',
    '-10.50',
    '2.00',
  ]);
  expect([-0.4, -0.6].map((value) => fixed(value, 0))).toEqual(['0', '-1']);
  expect([-0.004, 0, 0.004, -0.5, 0.5].map((value) => signed(value, 2))).toEqual(['0.00', '0.00', '0.00', '−0.50', '+0.50']);
});

it('aligns tables', () => {
  expect(
    table([
      ['a', '1'],
      ['long', '22', 'x'],
    ]),
  ).toBe('a      1\nlong  22  x\n');
});

it('quotes paths as a shell needs it', () => {
  expect(quoted('runs/lego-blender-lif')).toBe('runs/lego-blender-lif');
  expect(quoted("my run's")).toBe("'my run'\\''s'");
});
