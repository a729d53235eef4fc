/**
 * The kernels beside a renderer that shares nothing with them: scripts/peers/renderer.py, written from docs/model.md alone, in plain Python. Seeds
 * are those of the conformance cases: no decision is near enough to go the other way, so every count must be equal.
 */
import { representationOf } from '../../src/model/representations/index.ts';
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { Backend, RenderedRays } from '../../src/engine/backend.ts';
import { builtInNeurons, neuronNamed } from '../../src/neurons/index.ts';
import { valueOf } from '../../src/neurons/parameters.ts';
import { parameterValues } from '../../src/neurons/settings.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture, type FixtureOptions } from '../helpers/field-fixtures.ts';
import { conformanceCases } from './cases.ts';
import { caseSeed } from './network-cases.ts';

const PYTHON = 'python3';
const BACKGROUND = [0.2, 0.5, 0.9] as const;
const NOISE_SEED = 12345;

const named = (name: string): FixtureOptions => conformanceCases.find((found) => found.name === name)!.options;
const CASES: readonly (readonly [string, FixtureOptions])[] = [
  ...['no network', 'LIF, condense', 'LIF, condense, far to near', 'LIF, pad', 'LIF, pad, far to near', 'LIF, repeat', 'ReLU'].map(
    (name) => [name, named(name)] as const,
  ),
  ...['LIF, input spikes', 'LIF, repeat, features as spikes', 'three-bit, pad, far to near, view terms as spikes'].map(
    (name) => [name, named(name)] as const,
  ),
  ...['LIF, repeat with Poisson encoding', 'contracted space, LIF', 'contracted space, ternary, pad', 'steps on planes, LIF'].map(
    (name) => [name, named(name)] as const,
  ),
  ...['normalised device coordinates, LIF', 'normalised device coordinates, ternary, pad'].map((name) => [name, named(name)] as const),
  ...builtInNeurons
    .filter(({ name }) => name !== 'relu')
    .map(({ name }) => [`${name}, condense`, { rays: 18, seed: caseSeed(`${name}, condense`), network: { neuron: name } }] as const),
];

describe.runIf(spawnSync(PYTHON, ['--version']).status === 0)('an independent renderer in Python', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 2 });
  });

  it.each(CASES)('sees and counts the same: %s', async (_, options) => {
    const fixture = fieldFixture(options);
    const ours = await render(backend, fixture);
    const theirs = renderIndependently(fixture);
    const { rays, ...counts } = ours.counts;
    expect(rays).toBe(fixture.batch.count);
    expect(theirs.counts).toEqual(counts);
    expect(theirs.samples).toEqual([...ours.samples]);
    for (const name of ['rgb', 'depth', 'opacity'] as const) {
      const farthest = Math.max(1, ...theirs[name].map(Math.abs));
      ours[name].forEach((value, i) => expect(Math.abs(value - theirs[name][i]) / farthest, `${name} ${i}`).toBeLessThan(2e-5));
    }
  });
});

async function render(backend: Backend, fixture: FieldFixture): Promise<RenderedRays> {
  const engine = await backend.createField(fixture.spec, capacityOf(fixture));
  try {
    await loadFixture(engine, fixture);
    return await engine.renderRays(fixture.batch, { background: BACKGROUND, noiseSeed: NOISE_SEED });
  } finally {
    await engine.dispose();
  }
}

interface Rendered extends Record<'rgb' | 'depth' | 'opacity' | 'samples', number[]> {
  readonly counts: object;
}

function renderIndependently({ spec, tensors, occupancy, batch }: FieldFixture): Rendered {
  const { space, grid, representation, network, ...rest } = spec;
  const problem = {
    ...grid,
    ...rest,
    space: space.kind,
    channels: representationOf({ representation }).features,
    rays: batch.count,
    origins: [...batch.origins],
    directions: [...batch.directions],
    viewDirections: [...(batch.viewDirections ?? batch.directions)],
    background: BACKGROUND,
    noiseSeed: NOISE_SEED,
    occupancy: [...occupancy],
    density: [...tensors.density!],
    features: [...tensors.features!],
    weights: network && [tensors.w1, tensors.w2, tensors.w3].map((weights) => [...weights!]),
    network: network && {
      ...network,
      ...parametersOf(network, tensors),
      inputRange: [...tensors.inputRange!],
      inputSteps: [...(tensors.inputSteps ?? [])],
    },
  };
  const { stdout, stderr, status } = spawnSync(PYTHON, ['scripts/peers/renderer.py'], { input: JSON.stringify(problem), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Rendered;
}

/** What the neurons of both hidden layers have: values of their parameters, one or one for each neuron, and the size of a spike. */
function parametersOf(network: NonNullable<FieldFixture['spec']['network']>, tensors: FieldFixture['tensors']): object {
  const { parameters, amplitude } = neuronNamed(network.neuron);
  const constants = parameterValues(network);
  const layers = ([1, 2] as const).map((layer) =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, { learned }]) => [
        name,
        learned === null ? [constants[name]] : [...tensors[`n${layer}.${name}`]!].map((raw) => valueOf(learned, raw)),
      ]),
    ),
  );
  return { parameters: layers, amplitude: layers.map((values) => (amplitude === null ? 1 : values[amplitude][0])) };
}
