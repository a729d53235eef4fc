/** A mask of a small field whose features tell surface from empty, from training to what is left of the occupancy. */
import { describe, expect, test } from 'vitest';
import { InputError, SpikeRayError } from '../../src/base/errors.ts';
import { price } from '../../src/energy/hardware/price.ts';
import { horowitz45nmFp32 } from '../../src/energy/hardware/horowitz-45nm-fp32.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import type { StoredField } from '../../src/eval/open-field.ts';
import { densityOf } from '../../src/lattice/density.ts';
import { Random } from '../../src/math/random.ts';
import { decodeMask, encodeMask } from '../../src/skip/mask-file.ts';
import { placeSpikes, rangeOf } from '../../src/skip/place-code.ts';
import { skipPlaces, skipRow } from '../../src/skip/skip-mask.ts';
import { trainMask } from '../../src/skip/train-mask.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

const SIDE = 20;
const CHECKPOINT = 'a'.repeat(64);

/** A ball of surface, where the first three features are high and the next three low; the rest is noise. Half of the points outside are occupied. */
function ballField(): StoredField & { readonly surface: Uint8Array; readonly occupancy: Uint8Array } {
  const { spec } = fieldFixture({ size: [SIDE, SIDE, SIDE] });
  const random = new Random(3);
  const points = SIDE ** 3;
  const surface = new Uint8Array(points);
  const occupancy = new Uint8Array(points);
  const density = new Float32Array(points);
  const features = new Float32Array(points * 12);
  for (let i = 0; i < points; i++) {
    const [x, y, z] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE / SIDE)];
    surface[i] = Math.hypot(x - 10, y - 10, z - 10) < 5 ? 1 : 0;
    occupancy[i] = surface[i] === 1 || random.float() < 0.5 ? 1 : 0;
    density[i] = densityOf(surface[i] === 1 ? 0.3 : 0.01, spec.densityShift, spec.interval);
    for (let c = 0; c < 12; c++) {
      const shift = c < 3 ? 2 : c < 6 ? -2 : 0;
      features[i * 12 + c] = random.normal() + surface[i] * shift;
    }
  }
  const tensors: Record<string, Float32Array> = { density, features };
  return { spec, surface, occupancy, read: async (name) => tensors[name], readOccupancy: async () => occupancy.slice() };
}

const settings = { alpha: 0.1, places: 800, seed: 1 };
const count = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0);

describe('place code', () => {
  test('a channel spikes at 1 - x, its complement at x; what lies outside the range is clamped', () => {
    const range = { low: [0, -1], high: [2, 1] };
    const { times } = placeSpikes(Float32Array.of(9, 9, 0.5, 3), 1, range);
    expect([...times]).toEqual([0.75, 0, 0.25, 1]);
  });

  test('the range leaves out a hundredth at both ends', () => {
    const values = Float32Array.from({ length: 201 }, (_, i) => i);
    expect(rangeOf(values, 1)).toEqual({ low: [2], high: [198] });
  });
});

describe('skip mask', () => {
  test('tells most places right, keeps nearly all surface, and counts what it does', async () => {
    const field = ballField();
    const { mask, test: found } = await trainMask(field, settings);
    expect(found.accuracy).toBeGreaterThan(0.85);
    expect(found.surfaceFound).toBeGreaterThan(0.8);
    const { occupancy, work } = await skipPlaces(field, mask);
    expect(work.places).toBe(count(field.occupancy));
    expect(work.kept).toBe(count(occupancy));
    expect(work.kept).toBeLessThan(work.places);
    expect(occupancy.every((kept, i) => kept <= field.occupancy[i])).toBe(true);
    const lost = count(field.surface.map((is, i) => is & (1 - occupancy[i])));
    expect(lost / count(field.surface)).toBeLessThan(0.02);
    // At the first spike it stops: fewer additions than all 10 neurons with all inputs.
    expect(work.additions).toBeGreaterThan(0);
    expect(work.additions).toBeLessThan(work.places * 10 * 24);

    const row = skipRow(work);
    expect(row).toMatchObject({ stage: 'skip mask', work: { acs: work.additions, multiplications: 12 * work.places } });
    const energy = price(horowitz45nmFp32, { spiking: true, counts: emptyCounts(), spec: field.spec, ledger: [row] });
    const { ac, addition, multiplication, comparison } = horowitz45nmFp32.picojoules;
    const wanted = work.additions * ac + work.places * 12 * (2 * addition + multiplication) + work.comparisons * comparison;
    expect(energy!.byStage['skip mask']).toBeCloseTo(wanted * 1e-9, 12);
  });

  test('a linear classifier on the same places: told apart by a plane, a MAC a feature', async () => {
    const field = ballField();
    const { mask, test: found } = await trainMask(field, { ...settings, classifier: 'linear' });
    expect(found.accuracy).toBeGreaterThan(0.95);
    const { work } = await skipPlaces(field, mask);
    expect(work).toMatchObject({ additions: 0, macs: 12 * work.places, comparisons: work.places });
    expect(skipRow(work)).toMatchObject({ part: 'linear classifier, once a field', work: { acs: 0, macs: 12 * work.places } });
    const file = encodeMask(mask, CHECKPOINT);
    expect(await skipPlaces(field, decodeMask(file, 'mask.json', CHECKPOINT))).toEqual(await skipPlaces(field, mask));
    const short = new TextDecoder().decode(file).replace(/"linear": \[\s+[^,]+,/, '"linear": [');
    expect(() => decodeMask(new TextEncoder().encode(short), 'mask.json', CHECKPOINT)).toThrow(
      /expected 12 weights, one for each feature, found 11/,
    );
  });

  test('the same seed gives the same file, which reads back as the same mask', async () => {
    const field = ballField();
    const { mask } = await trainMask(field, settings);
    const file = encodeMask(mask, CHECKPOINT);
    expect(encodeMask((await trainMask(field, settings)).mask, CHECKPOINT)).toEqual(file);
    expect(await skipPlaces(field, decodeMask(file, 'mask.json', CHECKPOINT))).toEqual(await skipPlaces(field, mask));
  });

  test('refuses a field of one class, a mask of other features, and damaged files', async () => {
    const field = ballField();
    await expect(trainMask(field, { ...settings, alpha: 0.9 })).rejects.toThrow(SpikeRayError);
    const { mask } = await trainMask(field, settings);
    const { low, high } = mask.range;
    const short = { ...mask, range: { low: low.slice(1), high: high.slice(1) } };
    await expect(skipPlaces(field, short)).rejects.toThrow(InputError);
    const good = new TextDecoder().decode(encodeMask(mask, CHECKPOINT));
    const change = (members: object): string => JSON.stringify({ ...(JSON.parse(good) as object), ...members });
    for (const text of [good.slice(0, -9), change({ version: 3 }), change({ neuronsPerClass: 4 }), change({ low: [...low.slice(1), 9e9] })])
      expect(() => decodeMask(new TextEncoder().encode(text), 'mask.json', CHECKPOINT)).toThrow(/mask\.json/);
    expect(() => decodeMask(new TextEncoder().encode(good), 'mask.json', 'b'.repeat(64))).toThrow(/another run, or another step/);
  });
});
