/** Layers as a list: names, shapes and initial values of tensors follow from it, for kinds of layers that a program brings along as well. */
import { denseSpec } from '../../src/model/representations/dense.ts';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { InputError, BackendError } from '../../src/base/errors.ts';
import { presets } from '../../src/config/presets.ts';
import { firingRates } from '../../src/engine/counts.ts';
import { ledgerOf, totalWork } from '../../src/energy/work/ledger.ts';
import { Random } from '../../src/math/random.ts';
import { initialWeights } from '../../src/model/initial-tensors.ts';
import { dense } from '../../src/model/layers/dense.ts';
import { registerLayerKind } from '../../src/model/layers/index.ts';
import type { LayerKind } from '../../src/model/layers/layer-kind.ts';
import { layersOf, weightTensors } from '../../src/model/network-layers.ts';
import { parametersOf, splitTensorName } from '../../src/model/tensor-names.ts';
import { tensorShape } from '../../src/model/tensor-shape.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';

const biased: LayerKind = {
  name: 'biased',
  description: 'a matrix and a bias',
  tensors: (size) => [...dense.tensors(size), { suffix: '.bias', shape: [size.outputs], bound: 0 }],
  currents: ({ multiply, add }, rows, [matrix, bias]) => add(multiply(rows, matrix), bias),
};

const three = [
  { kind: 'dense', width: 16 },
  { kind: 'biased', width: 24 },
  { kind: 'dense', width: 8 },
];

registerLayerKind(biased);

async function trained(options: FixtureOptions, steps: number) {
  const fixture: FieldFixture = fieldFixture(options);
  const engine = await (await createTfjsBackend()).createField(fixture.spec, capacityOf(fixture));
  await loadFixture(engine, fixture);
  const results = [];
  for (let step = 1; step <= steps; step++) results.push(await engine.trainStep(fixture.batch, { ...fixture.settings, adamStep: step }));
  return { fixture, engine, results };
}

describe('a list of layers', () => {
  const { spec } = fieldFixture({ network: { neuron: 'plif', layers: three } });

  it('names tensors and their shapes', () => {
    expect(layersOf(spec).map(({ number, inputs, outputs, kind }) => [number, inputs, outputs, kind.name])).toEqual([
      [1, 39, 16, 'dense'],
      [2, 16, 24, 'biased'],
      [3, 24, 8, 'dense'],
      [4, 8, 3, 'dense'],
    ]);
    expect(parametersOf(spec)).toEqual(['density', 'features', 'w1', 'w2', 'w2.bias', 'w3', 'w4', 'n1.tau', 'n2.tau', 'n3.tau']);
    expect(tensorShape('w2.m', spec)).toEqual([16, 24]);
    expect(tensorShape('w2.bias.v', spec)).toEqual([24]);
    expect(splitTensorName('w2.bias.v')).toEqual({ parameter: 'w2.bias', moment: 'v' });
  });

  it('of the published network are the tensors that files always had', () => {
    const published = { network: presets.paper.network, representation: denseSpec(12) };
    expect(weightTensors(published).map(({ name, shape }) => [name, shape])).toEqual([
      ['w1', [39, 128]],
      ['w2', [128, 128]],
      ['w3', [128, 3]],
    ]);
  });

  it('starts as each kind says', () => {
    const weights = initialWeights(spec, new Random(1));
    expect([...weights.keys()]).toEqual(['w1', 'w2', 'w2.bias', 'w3', 'w4']);
    expect(weights.get('w2.bias')!.every((value) => value === 0)).toBe(true);
    expect(Math.max(...weights.get('w4')!)).toBeLessThanOrEqual(1 / Math.sqrt(8));
  });

  it('refuses a kind that nobody registered', () => {
    expect(() => layersOf(fieldFixture({ network: { layers: [{ kind: 'dens', width: 16 }] } }).spec)).toThrow(InputError);
  });

  it.each(['lif', 'relu'])('trains on tfjs whatever its depth (%s), a bias included', async (neuron) => {
    const { fixture, engine, results } = await trained({ network: { neuron, layers: three }, loss: { potentials: null } }, 40);
    expect(results.at(-1)!.loss).toBeLessThan(0.8 * results[0].loss);
    const { counts } = results[0];
    for (const name of ['spikes', 'active', 'negative'] as const) expect(counts[name]).toHaveLength(3);
    expect(firingRates(counts, fixture.spec.network!)).toEqual(counts.active.map((n, l) => n / (counts.timeSteps * three[l].width)));
    expect(await engine.read('w2.bias')).not.toEqual(fixture.tensors['w2.bias']);
    await engine.dispose();
  });

  it('counts the work of every layer', async () => {
    const { fixture, results } = await trained({ network: { neuron: 'lif', layers: three } }, 1);
    const { counts } = results[0];
    const ledger = ledgerOf(counts, fixture.spec, 'executed');
    const additions = (stage: string): number => totalWork(ledger, (each) => each === stage).acs;
    expect(ledger.map(({ stage }) => stage).filter((stage) => /^(layer|neurons)/.test(stage))).toEqual([
      'layer 1',
      'layer 1',
      'neurons 1',
      'layer 2',
      'neurons 2',
      'layer 3',
      'neurons 3',
      'layer 4',
    ]);
    expect([2, 3, 4].map((l) => additions(`layer ${l}`))).toEqual([24 * counts.spikes[0], 8 * counts.spikes[1], 3 * counts.spikes[2]]);
  });

  it('of one layer trains as well, with mean potentials of its width', async () => {
    const one = [{ kind: 'dense', width: 24 }];
    const potentials = [new Float32Array(24).fill(0.01)];
    const { results } = await trained({ network: { layers: one }, loss: { potentials } }, 3);
    expect(results[0].counts.spikes).toHaveLength(1);
    expect(results[0].meanPotentials!.map(({ length }) => length)).toEqual([24]);
  });

  it('that kernels are not made for is refused once and for all; the two that they have may be written out', async () => {
    const wasm = await createWasmBackend({ threads: 1 });
    const refused = fieldFixture({ network: { layers: three } });
    await expect(wasm.createField(refused.spec, capacityOf(refused))).rejects.toThrow(BackendError);
    expect(() => wasm.estimateBytes(refused.spec, capacityOf(refused))).toThrow(/dense 16, biased 24, dense 8/);
    const layers = [
      { kind: 'dense', width: 16 },
      { kind: 'dense', width: 16 },
    ];
    const same = fieldFixture({ network: { layers } });
    const losses = [];
    for (const fixture of [same, fieldFixture()]) {
      const engine = await wasm.createField(fixture.spec, capacityOf(fixture));
      await loadFixture(engine, fixture);
      losses.push((await engine.trainStep(fixture.batch, fixture.settings)).loss);
      await engine.dispose();
    }
    expect(losses[0]).toBe(losses[1]);
  });
});
