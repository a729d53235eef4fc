/** What a comparison of runs is made of: panes, one scale, what distinguishes two pictures, numbers with units. */
import { describe, expect, it } from 'vitest';
import { evenScale } from '../../src/math/value-scale.ts';
import type { FrameContent } from '../../src/frames/frame-content.ts';
import { sharedScale, styleOf } from '../../web-viewer/colour-scales.ts';
import { contrastOf, type Compared } from '../../web-viewer/contrast.ts';
import { written } from '../../src/frames/quantities.ts';
import { panesOf } from '../../web-viewer/stage-layout.ts';
import { readState, stateUrl } from '../../web-viewer/view-state.ts';

const values = (numbers: readonly number[], high = Math.max(...numbers)): FrameContent => ({
  kind: 'values',
  values: Float32Array.from(numbers),
  scale: evenScale(0, high),
});
const frame = (content: FrameContent): Compared => ({ width: 2, height: 1, content });

describe('panes', () => {
  it('are equal, whole, inside of the stage, and as large as they can be', () => {
    for (const [count, width, height, columns] of [
      [1, 701, 401, 1],
      [2, 800, 400, 2],
      [2, 300, 700, 1],
      [2, 280, 280, 2],
      [3, 900, 300, 3],
      [4, 800, 600, 2],
    ]) {
      const panes = panesOf(count, { width, height });
      expect(panes).toHaveLength(count);
      expect(new Set(panes.map(({ left }) => left)).size, `columns of ${count} in ${width} x ${height}`).toBe(columns);
      for (const pane of panes) {
        expect(Object.values(pane).every(Number.isInteger)).toBe(true);
        expect(pane.left + pane.width).toBeLessThanOrEqual(width);
        expect(pane.top + pane.height).toBeLessThanOrEqual(height);
      }
    }
  });
});

describe('scales', () => {
  it('are one for all pictures, as large as the largest needs', () => {
    expect(sharedScale([values([0, 0.93]), values([0, 8.01])])).toEqual(evenScale(0, 8.01));
    expect(sharedScale([{ kind: 'colours', rgb: new Uint8Array(6) }])).toBeNull();
  });

  it('are kept where they are locked; map and direction are those that were chosen', () => {
    const state = readState('?output=energy&scale=1,2&map=inferno&inverted=1', [1, 1, 1]);
    expect(styleOf(state, evenScale(0, 9))).toEqual({ scale: evenScale(1, 2), map: 'inferno', inverted: true, fades: false });
    const free = readState('?output=energy', [1, 1, 1]);
    expect(styleOf(free, evenScale(0, 9))).toMatchObject({ scale: evenScale(0, 9), map: 'viridis' });
    expect(styleOf(readState('', [1, 1, 1]), evenScale(0, 9)), 'colours have none').toBeNull();
  });
});

describe('what distinguishes two pictures', () => {
  it('is their difference, about zero', () => {
    const found = contrastOf('difference', frame(values([3, 1])), frame(values([1, 2])))!;
    expect([...found.content.values]).toEqual([2, -1]);
    expect(found.content.scale.low).toBe(-found.content.scale.high);
  });

  it('is the logarithm of their ratio where both have a value', () => {
    const found = contrastOf('ratio', frame(values([8, 0])), frame(values([2, 5])))!;
    expect(found.content.values[0]).toBe(2);
    expect([...found.opacity]).toEqual([255, 0]);
  });

  it('is the root mean square of colours', () => {
    const black = frame({ kind: 'colours', rgb: new Uint8Array(6) });
    const white = frame({ kind: 'colours', rgb: Uint8Array.of(255, 255, 255, 0, 0, 0) });
    expect([...contrastOf('difference', black, white)!.content.values]).toEqual([1, 0]);
  });

  it('is nothing while one of them is coarser or shows something else', () => {
    expect(contrastOf('difference', frame(values([1, 1])), { ...frame(values([1])), width: 1 })).toBeNull();
    expect(contrastOf('difference', frame(values([1, 1])), frame({ kind: 'colours', rgb: new Uint8Array(6) }))).toBeNull();
  });
});

describe('numbers', () => {
  it('have three digits and the prefix that suits them, the same at both ends of a scale', () => {
    expect(written(9.3e-7, 'J')).toBe('930 nJ');
    expect(written(8.01e-6, 'J')).toBe('8.01 µJ');
    expect(written(1e-7, 'J', 8e-6)).toBe('0.1 µJ');
    expect(written(0, 'J', 8e-6)).toBe('0 µJ');
    expect(written(0.0654, '%')).toBe('6.54 %');
    expect(written(2.5, 'm')).toBe('2.5 m');
  });
});

describe('the address', () => {
  it('keeps layout, scale, map, flight, resolution and hidden statistics', () => {
    const address = '?run=a&output=depth&layout=wipe&map=turbo&inverted=1&scale=0%2C9%2C2&fly=1&statistics=0&resolution=2';
    const state = readState(address, [1, 1, 1]);
    expect(state).toMatchObject({ layout: 'wipe', map: 'turbo', inverted: true, scale: { low: 0, high: 9, knee: 2 } });
    expect(state).toMatchObject({ fly: true, statistics: false, resolution: 2 });
    expect(stateUrl('a', state, [1, 1, 1])).toBe(address);
    expect(readState('?scale=5,1', [1, 1, 1]).scale, 'an empty scale').toBeNull();
    expect(readState('', [1, 1, 1], true).statistics, 'on a narrow screen').toBe(false);
  });
});
