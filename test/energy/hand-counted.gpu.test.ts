/**
 * A field whose every spike is known beforehand: density so high that each ray stops at its first steps, features and weights that are whole
 * numbers. The kernels' counts and the ledger must be the numbers worked out by hand, on every backend, whatever the threads and chunks.
 */
import type { Rays } from '../../src/geometry/rays.ts';
import { type Counts, addCounts, emptyCounts } from '../../src/engine/counts.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, FieldEngine } from '../../src/engine/backend.ts';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { isSynapses, ledgerOf, skippingZeros, totalWork, twinLedger, type Ledger } from '../../src/energy/work/ledger.ts';
import { sumWork, WORK_KEYS } from '../../src/energy/work/work.ts';
import type { FieldSpec } from '../../src/model/field-spec.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import { drawnFixture, fieldFixture, loadFixture } from '../helpers/field-fixtures.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';

const WIDTH = 16;
const VIEW = 9;
/** Rays through the middle of the box; the fifth misses it. */
const RAYS = 5;
const HITS = 4;
/** Steps of 0.25 in a box of 1: i = 0, 1, 2, 3 lie in it. */
const STEPS = 4;
const SAMPLES = HITS * STEPS;

function handSpec(neuron: 'lif' | 'relu' | 'three-bit', more: object = {}): FieldSpec {
  const { spec } = fieldFixture({ network: { neuron, width: WIDTH, viewFrequencies: 1, ...more } });
  return {
    ...spec,
    grid: { size: [2, 2, 2], min: [0, 0, 0], max: [1, 1, 1] },
    densityShift: 0,
    interval: 1,
    stepLength: 0.25,
    near: 0,
    alphaThreshold: 0.01,
    weightThreshold: 0.01,
  };
}

/**
 * alpha = 1 - 1/(1 + e^-1) = 0.269: weights 0.27, 0.20, 0.14, 0.11, all shown, and the ray never ends early. Every feature is 1 and the view
 * rows of w1 are 0, so that each neuron's current is 12 w. With w1 = 1 for the first 3 neurons (current 12, H >= 1 in every step) and 0 for the
 * others, 3 neurons of layer 1 fire in every step. Layer 2: w2 = 1/3 (within rounding) from those 3 to 5 neurons gives a current of 1, which
 * charges H = 0.5, 0.75, 0.875, 0.9375 and never fires; w2 = 1 to 2 others gives 3 and fires in every step.
 */
async function fill(engine: FieldEngine): Promise<void> {
  await engine.write('density', new Float32Array(8).fill(-1));
  await engine.write('features', new Float32Array(8 * 12).fill(1));
  const w1 = new Float32Array((12 + VIEW) * WIDTH);
  for (let i = 0; i < 12; i++) w1.fill(1, i * WIDTH, i * WIDTH + 3);
  const w2 = new Float32Array(WIDTH * WIDTH);
  for (let i = 0; i < 3; i++) {
    w2.fill(1 / 3, i * WIDTH, i * WIDTH + 5);
    w2.fill(1, i * WIDTH + 5, i * WIDTH + 7);
  }
  await engine.write('w1', w1);
  await engine.write('w2', w2);
  await engine.write('w3', new Float32Array(WIDTH * 3).fill(0.1));
  await engine.writeOccupancy(new Uint8Array(8).fill(1));
}

function handRays(): Rays {
  const origins = Float32Array.from({ length: RAYS * 3 }, (_, i) => (i % 3 === 2 ? 2 : 0.3 + 0.1 * Math.floor(i / 3)));
  origins[12] = 7;
  return { count: RAYS, origins, directions: Float32Array.from({ length: RAYS * 3 }, (_, i) => (i % 3 === 2 ? -1 : 0)) };
}

const render = async (engine: FieldEngine, rays: Rays): Promise<Counts> =>
  (await engine.renderRays(rays, { background: [1, 1, 1] })).counts;

const EXPECTED: Counts = {
  rays: RAYS,
  activeRays: HITS,
  densityEvaluations: SAMPLES,
  densitySamples: SAMPLES,
  samples: SAMPLES,
  timeSteps: SAMPLES,
  spannedSteps: SAMPLES,
  spikes: [3 * SAMPLES, 2 * SAMPLES],
  active: [3 * SAMPLES, 2 * SAMPLES],
  negative: [0, 0],
  bits: [3 * SAMPLES, 2 * SAMPLES],
  inputSpikes: 0,
  inputBits: 0,
  repeatedViewBits: 0,
};

const starters: readonly (readonly [string, () => Promise<Backend>])[] = [
  ['wasm, 1 thread', () => createWasmBackend({ threads: 1 })],
  ['wasm, 3 threads', () => createWasmBackend({ threads: 3 })],
  ['tfjs', () => createTfjsBackend()],
  ['webgpu', async () => createWebgpuBackend(await openTestDevice())],
];

describe.each(starters)('a network worked out by hand on %s', (_, start) => {
  const engines = new Map<string, FieldEngine>();
  beforeAll(async () => {
    const backend = await start();
    for (const [name, spec] of [
      ['lif', handSpec('lif')],
      ['relu', handSpec('relu')],
      ['three-bit', handSpec('three-bit')],
      ['input spikes', handSpec('lif', { featureLevels: 3, viewLevels: 4 })],
      ['repeat', handSpec('lif', { temporal: 'repeat', repeats: 3 })],
    ] as const) {
      const engine = await backend.createField(spec, { voxels: 8, trainRays: 0 });
      await fill(engine);
      engines.set(name, engine);
    }
  });
  afterAll(async () => {
    for (const engine of engines.values()) await engine.dispose();
  });

  it('counts samples, steps and spikes', async () => {
    expect(await render(engines.get('lif')!, handRays())).toEqual(EXPECTED);
  });

  it('counts active ReLUs: 3, and 5 + 2', async () => {
    expect(await render(engines.get('relu')!, handRays())).toEqual({
      ...EXPECTED,
      spikes: [3 * SAMPLES, 7 * SAMPLES],
      active: [3 * SAMPLES, 7 * SAMPLES],
      bits: [3 * SAMPLES, 7 * SAMPLES],
    });
  });

  it('counts every repeat as a time step', async () => {
    const counts = await render(engines.get('repeat')!, handRays());
    expect(counts).toEqual({
      ...EXPECTED,
      timeSteps: 3 * SAMPLES,
      spikes: [9 * SAMPLES, 6 * SAMPLES],
      active: [9 * SAMPLES, 6 * SAMPLES],
      bits: [9 * SAMPLES, 6 * SAMPLES],
    });
  });

  it('counts a spike of five as five events and as two bits, one of seven as three', async () => {
    // Currents of 5 for 3 neurons; behind them 5 neurons with 5 again, and 2 with 15, of which a spike says 7.
    const engine = engines.get('three-bit')!;
    await engine.write('features', new Float32Array(8 * 12).fill(5 / 12));
    expect(await render(engine, handRays())).toEqual({
      ...EXPECTED,
      spikes: [15 * SAMPLES, (5 * 5 + 2 * 7) * SAMPLES],
      active: [3 * SAMPLES, 7 * SAMPLES],
      bits: [6 * SAMPLES, (5 * 2 + 2 * 3) * SAMPLES],
    });
  });

  it('counts spikes in front of layer 1: features once a sample, view terms once a ray, bits of these again for every further sample', async () => {
    // Features of 1.4 are 3 steps of 0.5, two bits. Straight down the view is 0 0 -1, its sines 0 0 -0.84, its cosines 1 1 0.54: in quarters 4, 3, 4 + 4 + 2.
    const engine = engines.get('input spikes')!;
    await engine.write('features', new Float32Array(8 * 12).fill(1.4));
    expect(await render(engine, handRays())).toMatchObject({
      samples: SAMPLES,
      inputSpikes: 12 * 3 * SAMPLES + (4 + 3 + 10) * HITS,
      inputBits: 12 * 2 * SAMPLES + (1 + 2 + 3) * HITS,
      repeatedViewBits: (1 + 2 + 3) * (SAMPLES - HITS),
    });
  });

  it('counts the same ray by ray', async () => {
    const { origins, directions } = handRays();
    const total = emptyCounts();
    for (let ray = 0; ray < RAYS; ray++) {
      const one = { count: 1, origins: origins.slice(ray * 3, ray * 3 + 3), directions: directions.slice(ray * 3, ray * 3 + 3) };
      addCounts(total, await render(engines.get('lif')!, one));
    }
    expect(total).toEqual(EXPECTED);
  });
});

describe('the ledger of that network', () => {
  const spec = handSpec('lif');

  it('has the operations worked out by hand', () => {
    expect(viewInputs(spec.network!)).toBe(VIEW);
    const published = totalWork(ledgerOf(EXPECTED, spec, 'published'));
    expect(published).toMatchObject({ macs: 16 * (12 + 9) * 16, acs: 16 * 48 + 3 * 32, membraneUpdates: 0, gridBytes: 0 });
    const executed = totalWork(ledgerOf(EXPECTED, spec, 'executed'), isSynapses);
    expect(executed).toMatchObject({ macs: 16 * 12 * 16 + 4 * 9 * 16, acs: 16 * 48 + 3 * 32, dense: 3072 + 576 + 16 * (256 + 48) });
    const all = totalWork(ledgerOf(EXPECTED, spec, 'executed'));
    expect(all).toMatchObject({ membraneUpdates: 2 * 16 * 16, neuronOperations: 2 * 16 * 16, gridBytes: 16 * 8 * 4 + 16 * 8 * 12 * 4 });
    expect(all.weightBytes).toBe(4 * (3072 + 576 + 768 + 96));
    expect(all.specialFunctions).toBe(3 * 16 + 8 * 4 + 6 * 16);
  });

  it('of its twin has the dense operations, and as effective ones those behind as many ReLUs as neurons fired', () => {
    const twin = totalWork(twinLedger(EXPECTED, spec, 'executed'), isSynapses);
    expect(twin).toMatchObject({ macs: 3072 + 576 + 16 * (256 + 48), acs: 0, effectiveMacs: 3072 + 576 + 16 * 48 + 3 * 32 });
    const skipping = totalWork(skippingZeros(twinLedger(EXPECTED, spec, 'executed')), isSynapses);
    expect(skipping).toMatchObject({ macs: 3072 + 576 + 16 * 48 + 3 * 32, weightBytes: 4 * (3072 + 576 + 16 * 48 + 3 * 32) });
    const relu = totalWork(ledgerOf({ ...EXPECTED, spikes: [48, 112] }, handSpec('relu'), 'executed'), isSynapses);
    expect(relu.effectiveMacs).toBe(3072 + 576 + 16 * 48 + 3 * 112);
  });
});

describe('sums', () => {
  it('over views and over stages are the totals, to the last unit', async () => {
    const fixture = fieldFixture({ rays: 60 });
    const backend = await createWasmBackend({ threads: 2 });
    const engine = await backend.createField(fixture.spec, { voxels: fixture.occupancy.length, trainRays: 0 });
    await loadFixture(engine, drawnFixture(fixture));
    const { origins, directions } = fixture.batch;
    const total = emptyCounts();
    const parts: Ledger[] = [];
    for (const [first, end] of [
      [0, 7],
      [7, 31],
      [31, 60],
    ]) {
      const rays = { count: end - first, origins: origins.slice(first * 3, end * 3), directions: directions.slice(first * 3, end * 3) };
      const counts = await render(engine, rays);
      addCounts(total, counts);
      parts.push(ledgerOf(counts, fixture.spec, 'executed'));
    }
    expect(await render(engine, fixture.batch)).toEqual(total);
    const whole = ledgerOf(total, fixture.spec, 'executed');
    expect(whole.length).toBe(13);
    whole.forEach((row, i) => expect(sumWork(parts.map((part) => part[i].work))).toEqual(row.work));
    expect(totalWork(whole)).toEqual(sumWork(whole.map(({ work }) => work)));
    for (const key of WORK_KEYS) expect(Number.isSafeInteger(totalWork(whole)[key]), key).toBe(true);
    await engine.dispose();
  });
});
