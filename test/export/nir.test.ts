/** The exported file read back through HDF5 and simulated as NIR defines it: the same spikes and logits as the network itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm';
import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { bindLayers, runColourNetwork } from '../../src/backends/tfjs/colour-network.ts';
import { networkGraph } from '../../src/export/nir/network-graph.ts';
import { encodeNir } from '../../src/export/nir/write-nir.ts';
import { createNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { Random } from '../../src/math/random.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { layersOf, weightTensors } from '../../src/model/network-layers.ts';
import { neuronTensors } from '../../src/neurons/settings.ts';
import { askPeer, peerHas } from '../helpers/python-peer.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { fieldFixture, normals } from '../helpers/field-fixtures.ts';

const STEPS = 12;

/** NIR's own package, where `npm run test:peers` has installed it. */
const hasNir = peerHas('nir');

interface ReadByNir {
  /** Of both layers, [T][W] in a row. */
  readonly spikes: readonly number[][];
  readonly logits: readonly number[];
}

function nirOf(bytes: Uint8Array, inputs: Float32Array): ReadByNir {
  const file = join(temporaryFolder(), 'network.nir');
  writeFileSync(file, bytes);
  return askPeer('nir_network.py', { file, inputs: [...inputs], steps: STEPS }) as ReadByNir;
}

function fixtureOf(network: Partial<NetworkSpec> = {}) {
  const { spec, tensors } = fieldFixture({ network });
  const learned = new Map(neuronTensors(spec.network).map(({ name }) => [name, tensors[name]!]));
  return { spec, weights: new Map((['w1', 'w2', 'w3'] as const).map((name) => [name, tensors[name]!])), neurons: learned };
}

let files = 0;

async function readBack(bytes: Uint8Array) {
  const { FS } = await h5wasm.ready;
  // A path that is open already would show what it was before.
  const path = `/read-${files++}.nir`;
  FS.writeFile(path, bytes);
  const file = new h5wasm.File(path, 'r');
  const value = (at: string): unknown => (file.get(at) as { value: unknown }).value;
  const shape = (at: string): number[] => (file.get(at) as { shape: number[] }).shape;
  const keys = (at: string): string[] => (file.get(at) as { keys(): string[] }).keys();
  return { value, shape, keys, floats: (at: string) => value(at) as Float32Array };
}

describe('NIR', () => {
  it('has the layout of the specification', async () => {
    const { spec, weights } = fixtureOf();
    const file = await readBack(await encodeNir(networkGraph(spec, weights)));
    expect(file.value('version')).toBe('1.0');
    expect(file.value('node/type')).toBe('NIRGraph');
    const chain = ['input', 'linear_1', 'lif_1', 'linear_2', 'lif_2', 'linear_3', 'output'];
    expect(file.keys('node/nodes').sort()).toEqual([...chain].sort());
    expect(file.shape('node/edges')).toEqual([6, 2]);
    expect(file.value('node/edges')).toEqual(chain.slice(1).flatMap((name, i) => [chain[i], name]));
    expect(chain.map((name) => file.value(`node/nodes/${name}/type`))).toEqual([
      'Input',
      'Linear',
      'LIF',
      'Linear',
      'LIF',
      'Linear',
      'Output',
    ]);
    expect(file.value('node/nodes/input/shape')).toEqual(BigInt64Array.of(39n));
    expect(file.value('node/nodes/output/shape')).toEqual(BigInt64Array.of(3n));
    expect([1, 2, 3].map((i) => file.shape(`node/nodes/linear_${i}/weight`))).toEqual([
      [16, 39],
      [16, 16],
      [3, 16],
    ]);
    for (const key of ['tau', 'r', 'v_leak', 'v_threshold', 'v_reset']) expect(file.shape(`node/nodes/lif_2/${key}`)).toEqual([16]);
    expect(file.value('node/metadata/output')).toContain('sigmoid');
  });

  it.each<Partial<NetworkSpec>>([
    {},
    { neuronParameters: { tau: 1.25, threshold: 0.5 } },
    { neuron: 'plif' },
    { neuron: 'if', neuronParameters: { threshold: 1.5 } },
  ])('simulated as NIR says, is the network: %j', async (network) => {
    const { spec, weights, neurons } = fixtureOf(network);
    const bytes = await encodeNir(networkGraph(spec, weights, { neurons }));
    const file = await readBack(bytes);
    const inputs = normals(new Random(5), STEPS * 39, 1);
    const simulated = simulate(file, spec.network!.neuron === 'if' ? 'if' : 'lif', inputs);

    await tf.setBackend('cpu');
    const tensors = weightTensors(spec).map(({ name, shape }) => tf.tensor(weights.get(name as 'w1')!, [...shape]));
    const neuron = createNeuron(spec.network!);
    const rawOf = (layer: number): Record<string, tf.Tensor> =>
      neurons.size === 0 ? {} : { tau: tf.tensor1d(neurons.get(`n${layer}.tau`)!) };
    const bound = [neuron.bind(tf, rawOf(1)), neuron.bind(tf, rawOf(2))] as const;
    const pass = runColourNetwork(tf, neuron, bindLayers(layersOf(spec), tensors), bound, tf.tensor3d(inputs, [STEPS, 1, 39]));
    const spikes = pass.outputs[0].dataSync();
    expect([...spikes].reduce((sum, spike) => sum + spike, 0)).toBeGreaterThan(10);
    expect(simulated.spikes1).toEqual([...spikes]);
    expect(simulated.spikes2).toEqual([...pass.outputs[1].dataSync()]);
    pass.logits.dataSync().forEach((logit, i) => expect(simulated.logits[i]).toBeCloseTo(logit, 4));
    if (neurons.size > 0)
      expect(file.floats('node/nodes/lif_1/tau')[0], 'what was learned').not.toBe(file.floats('node/nodes/lif_2/tau')[0]);
    if (hasNir) {
      const read = nirOf(bytes, inputs);
      expect(read.spikes).toEqual([simulated.spikes1, simulated.spikes2]);
      read.logits.forEach((logit, i) => expect(logit).toBeCloseTo(simulated.logits[i], 4));
    }
  });

  it('fires at the threshold itself, as the neuron does', async () => {
    const { spec, weights } = fixtureOf({ neuronParameters: { tau: 1, threshold: 1 } });
    const file = await readBack(await encodeNir(networkGraph(spec, weights)));
    const [below] = file.floats('node/nodes/lif_1/v_threshold');
    expect(1 > below && below === Math.fround(1 - 2 ** -24)).toBe(true);
  });

  it.each<[Partial<NetworkSpec>, RegExp]>([
    [{ neuron: 'relu' }, /no ReLU node/],
    [{ neuron: 'ternary' }, /none of its nodes is the neuron ternary/],
    [{ temporal: 'repeat' }, /averages an output over time/],
    [{ temporal: 'repeat', encoding: 'poisson' }, /Poisson/],
  ])('refuses %j with the reason', (network, reason) => {
    const { spec, weights } = fixtureOf(network);
    expect(() => networkGraph(spec, weights)).toThrow(reason);
  });

  it('refuses a field without a network', () => {
    const { spec } = fieldFixture({ network: null });
    expect(() => networkGraph(spec, new Map())).toThrow(/no colour network/);
  });
});

/** Euler steps of dt = 1 of NIR's definitions, in 32 bits. */
function simulate({ keys, floats }: Awaited<ReturnType<typeof readBack>>, node: 'lif' | 'if', inputs: Float32Array) {
  const layers = [1, 2].map((i) => {
    const path = `node/nodes/${node}_${i}`;
    const of = (key: string): Float32Array => floats(`${path}/${key}`);
    const leaks = keys(path).includes('tau') ? { tau: of('tau'), leak: of('v_leak') } : null;
    return { leaks, r: of('r'), threshold: of('v_threshold'), reset: of('v_reset'), v: new Float32Array(16) };
  });
  const weights = [1, 2, 3].map((i) => floats(`node/nodes/linear_${i}/weight`));
  const product = (weight: Float32Array, x: Float32Array): Float32Array =>
    Float32Array.from({ length: weight.length / x.length }, (_, o) =>
      x.reduce((sum, value, i) => sum + weight[o * x.length + i] * value, 0),
    );
  const fire = (layer: (typeof layers)[number], current: Float32Array): Float32Array =>
    layer.v.map((v, n) => {
      const { leaks, r } = layer;
      layer.v[n] = leaks === null ? v + r[n] * current[n] : v + (leaks.leak[n] - v + r[n] * current[n]) / leaks.tau[n];
      if (layer.v[n] <= layer.threshold[n]) return 0;
      layer.v[n] = layer.reset[n];
      return 1;
    });
  const out = { spikes1: [] as number[], spikes2: [] as number[], logits: [] as number[] };
  for (let t = 0; t < STEPS; t++) {
    const s1 = fire(layers[0], product(weights[0], inputs.subarray(t * 39, t * 39 + 39)));
    const s2 = fire(layers[1], product(weights[1], s1));
    out.spikes1.push(...s1);
    out.spikes2.push(...s2);
    out.logits.push(...product(weights[2], s2));
  }
  return out;
}
