/** Axes that neither stretch noise nor hide what they are. */
import { expect, it } from 'vitest';
import { scatterChart, type Point } from '../../src/energy/report/charts.ts';
import { spanOf } from '../../src/math/axis-span.ts';
import { hardwareOptions } from '../../src/energy/report/hardware-options.ts';

it('a difference of thousandths does not fill an axis that shows a decibel', () => {
  const near = spanOf([32.004, 32.012], 1);
  expect(near.max - near.min).toBeGreaterThanOrEqual(1);
  expect(near.max - near.min).toBeLessThan(1.5);
  expect(spanOf([19.04, 19.16], 1), 'ends are ticks, written in few digits').toEqual({ min: 18.6, max: 19.6, interval: 0.2 });
  expect(spanOf([29.24, 29.93], 1)).toEqual({ min: 29, max: 30.2, interval: 0.2 });
  expect(spanOf([3000, 9000], 1)).toEqual({ min: 0, max: 12_000, interval: 2000 });
  const far = spanOf([24, 36], 1);
  expect(far.min).toBeLessThan(24);
  expect(far.max).toBeGreaterThan(36);
  expect(far.max - far.min).toBeLessThan(40);
});

it('names a logarithmic axis, and draws what lies between the seeds', () => {
  const points: Point[] = [
    { label: 'a', colour: 'run', x: 3, y: 30, between: [29.8, 30.3] },
    { label: 'b', colour: 'twin', x: 40, y: 31 },
  ];
  const draw = (of: readonly Point[], logarithmic: boolean): string =>
    scatterChart({ description: 'd', points: of, frontier: [], xTitle: 'mJ', yTitle: 'dB', leastSpan: 1, logarithmic }).text;
  expect(draw(points, true)).toContain('each line twice the one before');
  expect(draw(points, false)).not.toContain('each line twice');
  const strokes = (text: string): number => text.match(/stroke-width="1.5"/g)?.length ?? 0;
  const without = points.map(({ label, colour, x, y }) => ({ label, colour, x, y }));
  expect(strokes(draw(points, true)) - strokes(draw(without, true))).toBe(1);
});

it('names are not struck through: they have a ground of their own, before the line of the frontier', () => {
  const points: Point[] = [
    { label: 'a', colour: 'run', x: 3, y: 30 },
    { label: 'b', colour: 'twin', x: 40, y: 31 },
  ];
  const { text } = scatterChart({ description: 'd', points, frontier: points, xTitle: 'mJ', yTitle: 'dB', leastSpan: 1 });
  const grounds = text.indexOf('fill="var(--ground)"');
  expect(grounds).toBeGreaterThan(text.indexOf('stroke-dasharray'));
  expect(text.indexOf('>a</text>')).toBeGreaterThan(grounds);
});

it('a command that is to be repeated names the hardware that was chosen', () => {
  expect(hardwareOptions([])).toBe('');
  expect(hardwareOptions(['45nm-fp32', 'my models/chip.json'])).toBe(" --hardware 45nm-fp32 --hardware 'my models/chip.json'");
});
