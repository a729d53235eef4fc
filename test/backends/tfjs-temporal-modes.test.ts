/** The temporal modes as the padded tensors of the paper. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { PackedSamples } from '../../renderer/march.ts';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { toPacked, toPadded } from '../../src/backends/tfjs/padded-layout.ts';
import { layoutAlone, layoutInTime, type TimeLayout } from '../../src/backends/tfjs/temporal-modes.ts';
import { createTfjsBackend, type TfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { Random } from '../../src/math/random.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { lif } from '../../src/neurons/lif.ts';
import { runNeurons, tfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { fieldFixture, loadFixture, normals, type FixtureOptions } from '../helpers/field-fixtures.ts';
import { expectClose, maxAbs } from '../conformance/compare.ts';

/** Samples of rays given by the step indices of their network samples. */
function samplesAt(...steps: number[][]): PackedSamples {
  const stepIndex = Int32Array.from(steps.flat());
  const offsets = new Int32Array(steps.length + 1);
  steps.forEach((ray, i) => (offsets[i + 1] = offsets[i] + ray.length));
  return {
    rays: steps.length,
    densityOffsets: offsets,
    rayOffsets: offsets,
    stepIndex,
    networkRows: Int32Array.from(stepIndex.keys()),
    coordinates: new Float32Array(0),
    corners: new Int32Array(0),
    cornerWeights: new Float32Array(0),
    distance: new Float32Array(stepIndex.length),
    exitDistance: new Float32Array(steps.length),
    densityEvaluations: 0,
    margin: Infinity,
  };
}

/** The padded table with the packed index in each place, '.' where it is empty. */
function drawn({ rows, columns, placeOf }: TimeLayout): string[] {
  const table = Array.from({ length: rows }, () => new Array<string>(columns).fill('.'));
  placeOf.forEach((place, i) => (table[Math.floor(place / columns)][place % columns] = String(i)));
  return table.map((row) => row.join(' '));
}

describe('layouts; rows are time, columns rays with samples', () => {
  const samples = samplesAt([3, 5, 6], [], [4], [2, 7]);

  test('condense packs the samples of each ray', () => {
    const layout = layoutInTime('condense', 'near-to-far', samples);
    expect(drawn(layout)).toEqual(['0 3 4', '1 . 5', '2 . .']);
    expect(layout).toMatchObject({ reversed: false, timeSteps: 6, rayOfColumn: Int32Array.of(0, 2, 3) });
  });

  test('flip aligns them at the end and reverses', () => {
    const layout = layoutInTime('condense', 'far-to-near', samples);
    expect(drawn(layout)).toEqual(['0 . .', '1 . 4', '2 3 5']);
    expect(layout).toMatchObject({ reversed: true, timeSteps: 6 });
  });

  test('pad puts each sample at its step', () => {
    for (const order of ['near-to-far', 'far-to-near'] as const) {
      const layout = layoutInTime('pad', order, samples);
      expect(drawn(layout)).toEqual(['. . 4', '0 . .', '. 3 .', '1 . .', '2 . .', '. . 5']);
      // 3..6, 4, 2..7
      expect(layout).toMatchObject({ reversed: order === 'far-to-near', timeSteps: 4 + 1 + 6 });
    }
  });

  test('repeat makes every sample a sequence', () => {
    expect(drawn(layoutInTime('repeat', 'near-to-far', samples))).toEqual(['0 1 2 3 4 5']);
    expect(layoutAlone(samples).rayOfColumn).toEqual(Int32Array.of(0, 0, 0, 2, 3, 3));
  });
});

describe('neurons on padded tensors', () => {
  const WIDTH = 24;
  const neuron = tfjsNeuron(lif, { tau: 2, threshold: 1 }, lif.surrogate);
  let tf: TensorFlow;
  beforeAll(async () => {
    ({ tf } = await loadTensorFlow());
  });

  /** Spikes [M,W] of packed inputs [M,W], and the spikes of the whole padded tensor. */
  function run(temporal: NetworkSpec['temporal'], order: NetworkSpec['order'], samples: PackedSamples, inputs: Float32Array) {
    return tf.tidy(() => {
      const layout = layoutInTime(temporal, order, samples);
      const turn = (x: Tensor): Tensor => (layout.reversed ? tf.reverse(x, 0) : x);
      const padded = toPadded(tf, tf.tensor2d(inputs, [samples.networkRows.length, WIDTH]), layout);
      const spikes = turn(runNeurons(tf, neuron, turn(padded), neuron.bind(tf, {})).outputs);
      const total = tf.sum(spikes).dataSync()[0];
      return { packed: toPacked(tf, spikes, layout).dataSync() as Float32Array, total };
    });
  }

  /** The same, step by step for each ray and neuron. */
  function runByHand(samples: PackedSamples, inputs: Float32Array, reversed: boolean, gaps: boolean): Float32Array {
    const spikes = new Float32Array(inputs.length);
    for (let ray = 0; ray < samples.rays; ray++) {
      const rows = Array.from({ length: samples.rayOffsets[ray + 1] - samples.rayOffsets[ray] }, (_, i) => samples.rayOffsets[ray] + i);
      if (reversed) rows.reverse();
      for (let j = 0; j < WIDTH; j++) {
        let v = 0;
        rows.forEach((row, n) => {
          const skipped = n > 0 && gaps ? Math.abs(samples.stepIndex[row] - samples.stepIndex[rows[n - 1]]) - 1 : 0;
          v *= 0.5 ** skipped;
          const h = v + 0.5 * (inputs[row * WIDTH + j] - v);
          spikes[row * WIDTH + j] = h >= 1 ? 1 : 0;
          v = h >= 1 ? 0 : h;
        });
      }
    }
    return spikes;
  }

  const samples = samplesAt([0, 1, 2, 6, 7, 9, 15], [4], [3, 9], [], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [11, 14, 15, 16]);
  const inputs = normals(new Random(5), samples.networkRows.length * WIDTH, 2);

  test.each([
    ['condense', 'near-to-far', false, false],
    ['condense', 'far-to-near', true, false],
    ['pad', 'near-to-far', false, true],
    ['pad', 'far-to-near', true, true],
  ] as const)('%s, %s: as step by step, and silent in every empty place', (temporal, order, reversed, gaps) => {
    const { packed, total } = run(temporal, order, samples, inputs);
    expect(packed).toEqual(runByHand(samples, inputs, reversed, gaps));
    expect(total).toBe(packed.reduce((a, b) => a + b));
    expect(total).toBeGreaterThan(50);
  });

  test.each(['condense', 'pad'] as const)('%s, near to far, of reversed rays is far to near', (temporal) => {
    const turnedSteps = [[0, 6, 8, 9, 13, 14, 15], [11], [6, 12], [], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], [-1, 0, 1, 4]];
    const turned = samplesAt(...turnedSteps);
    const turn = (x: Float32Array): Float32Array => {
      const out = new Float32Array(x.length);
      for (let ray = 0; ray < samples.rays; ray++) {
        const [begin, end] = [samples.rayOffsets[ray], samples.rayOffsets[ray + 1]];
        for (let i = begin; i < end; i++) out.set(x.subarray(i * WIDTH, (i + 1) * WIDTH), (begin + end - 1 - i) * WIDTH);
      }
      return out;
    };
    const backwards = run(temporal, 'near-to-far', turned, turn(inputs)).packed;
    expect(turn(backwards)).toEqual(run(temporal, 'far-to-near', samples, inputs).packed);
  });
});

describe('whole fields', () => {
  let backend: TfjsBackend;
  beforeAll(async () => {
    backend = await createTfjsBackend();
  });

  async function evaluate(network: Partial<NetworkSpec>, options: Omit<FixtureOptions, 'network'> = {}, occupied = false) {
    const fixture = fieldFixture({ ...options, network });
    const engine = await backend.createField(fixture.spec, { voxels: 504, trainRays: 64 });
    await loadFixture(engine, fixture);
    if (occupied) await engine.writeOccupancy(new Uint8Array(504).fill(1));
    const evaluation = await engine.gradients(fixture.batch, fixture.settings);
    await engine.dispose();
    return evaluation;
  }

  test.each(['near-to-far', 'far-to-near'] as const)('without gaps, pad is condense (%s)', async (order) => {
    const gapless = { spec: { alphaThreshold: 0, weightThreshold: 0 } };
    const condense = await evaluate({ temporal: 'condense', order }, gapless, true);
    const pad = await evaluate({ temporal: 'pad', order }, gapless, true);
    expect(pad.result.counts).toEqual(condense.result.counts);
    expect(pad.result.loss).toBeCloseTo(condense.result.loss, 6);
    for (const name of ['density', 'features', 'w1', 'w2', 'w3'] as const) {
      expectClose(name, pad.gradients[name]!, condense.gradients[name]!, 1e-5 * maxAbs(condense.gradients[name]!));
    }
  });

  test('with gaps they differ, and gaps are counted as time steps', async () => {
    const condense = (await evaluate({ temporal: 'condense' })).result;
    const pad = (await evaluate({ temporal: 'pad' })).result;
    expect(condense.counts.timeSteps).toBe(condense.counts.samples);
    expect(pad.counts.timeSteps).toBeGreaterThan(pad.counts.samples);
    expect(pad.counts.samples).toBe(condense.counts.samples);
    expect(pad.loss).not.toBeCloseTo(condense.loss, 4);
  });

  test('repeat once with single samples is condense', async () => {
    // Nothing behind the first sample weighs enough.
    const single = { spec: { alphaThreshold: 0.02, weightThreshold: 0.5 }, rays: 64 };
    const condense = await evaluate({ temporal: 'condense' }, single);
    const repeat = await evaluate({ temporal: 'repeat', repeats: 1 }, single);
    expect(condense.result.counts.samples).toBe(condense.result.counts.activeRays);
    expect(condense.result.counts.samples).toBeGreaterThan(5);
    expect(repeat.result).toEqual(condense.result);
  });

  test('repeat counts every repetition', async () => {
    const { counts } = (await evaluate({ temporal: 'repeat', repeats: 4 })).result;
    expect(counts.timeSteps).toBe(4 * counts.samples);
  });

  test('ReLU has no time', async () => {
    const reference = await evaluate({ neuron: 'relu' });
    for (const network of [
      { temporal: 'pad', order: 'far-to-near' },
      { temporal: 'repeat', repeats: 5 },
      { temporal: 'repeat', encoding: 'poisson' },
    ] as const) {
      expect(await evaluate({ neuron: 'relu', ...network })).toEqual(reference);
    }
  });
});
