/**
 * The symbolic adjoint of every neuron with every surrogate, run backwards through time in double precision, against automatic
 * differentiation of the tensor code; surrogates against their primitives; transforms and silence.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { Random } from '../../src/math/random.ts';
import { compileAdjoint, compileForward, keptLeaves, keptOf } from '../../src/neurons/compile-step.ts';
import { learnedParameters, type NeuronDefinition } from '../../src/neurons/define-neuron.ts';
import { derivative } from '../../src/neurons/differentiate.ts';
import { evaluate } from '../../src/neurons/evaluate.ts';
import { leaf } from '../../src/neurons/graph.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { rawLeaf, valueOf } from '../../src/neurons/parameters.ts';
import { SURROGATE_NAMES, surrogateOf, type SurrogateName } from '../../src/neurons/surrogates.ts';
import { surrogateSettings } from '../../src/neurons/settings.ts';
import { runNeurons, tfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { expectClose, expectCloseToMax } from '../conformance/compare.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';

const STEPS = 12;
const PENALTY = 0.3;
const DRIVE = -0.4;

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

const initialOf = ({ parameters }: NeuronDefinition): Record<string, number> =>
  Object.fromEntries(Object.entries(parameters).map(([name, { initial }]) => [name, initial]));

interface Gradients {
  readonly inputs: number[];
  readonly raw: Record<string, number>;
}

/** d (sum_t weight_t S_t + PENALTY sum_t events_t + DRIVE sum_t H_t) of one neuron. */
function bySymbols(definition: NeuronDefinition, surrogate: SurrogateName, inputs: number[], weights: number[]): Gradients {
  const values = initialOf(definition);
  const forward = compileForward(definition);
  const adjoint = compileAdjoint(definition, surrogate, true);
  const { alpha } = surrogateOf(surrogate);
  let states = Object.fromEntries(definition.states.map((state) => [state, 0]));
  const steps = inputs.map((x) => {
    const before = { ...values, ...states, x, surrogateAlpha: alpha };
    const h = evaluate(forward.potential, before);
    states = Object.fromEntries(definition.states.map((state, i) => [state, evaluate(forward.next[i], { ...before, h })]));
    return { ...before, h };
  });
  const gradients = new Array<number>(inputs.length);
  const sums: Record<string, number> = {};
  let carry = Object.fromEntries(definition.states.map((state) => [`state.${state}`, 0]));
  for (let t = inputs.length - 1; t >= 0; t--) {
    const at = { ...steps[t], ...carry, output: weights[t], events: PENALTY, drive: DRIVE };
    gradients[t] = evaluate(adjoint.input, at);
    for (const [name, share] of adjoint.parameters) sums[name] = (sums[name] ?? 0) + evaluate(share, at);
    carry = Object.fromEntries(definition.states.map((state, i) => [`state.${state}`, evaluate(adjoint.states[i], at)]));
  }
  const raw = learnedParameters(definition).map(([name, { learned }]): [string, number] => [
    name,
    sums[name] * evaluate(derivative(learned.value(rawLeaf), rawLeaf), { raw: learned.raw(values[name]) }),
  ]);
  return { inputs: gradients, raw: Object.fromEntries(raw) };
}

function byAutodiff(definition: NeuronDefinition, surrogate: SurrogateName, inputs: number[], weights: number[]): Gradients {
  const values = initialOf(definition);
  const neuron = tfjsNeuron(definition, values, { name: surrogate, alpha: surrogateOf(surrogate).alpha });
  const learned = learnedParameters(definition);
  return tf.tidy(() => {
    const start = learned.map(([name, { learned: transform }]) => tf.tensor1d([transform.raw(values[name])]));
    const loss = (x: Tensor, ...raw: Tensor[]): Tensor => {
      const bound = neuron.bind(tf, Object.fromEntries(learned.map(([name], i) => [name, raw[i]])));
      const { outputs, events, potentials } = runNeurons(tf, neuron, x, bound);
      const weighted = tf.sum(tf.mul(outputs, tf.tensor3d(weights, [STEPS, 1, 1])));
      const driven = tf.add(weighted, tf.mul(DRIVE, tf.sum(potentials)));
      return neuron.spikes ? tf.add(driven, tf.mul(PENALTY, tf.sum(events))) : driven;
    };
    const [dx, ...draw] = tf.grads(loss as never)([tf.tensor3d(inputs, [STEPS, 1, 1]), ...start] as never) as Tensor[];
    return {
      inputs: [...dx.dataSync()],
      raw: Object.fromEntries(learned.map(([name], i) => [name, draw[i].dataSync()[0]])),
    };
  });
}

describe.each(builtInNeurons.map((definition) => ({ name: definition.name, definition })))('$name', ({ definition }) => {
  test.each(SURROGATE_NAMES)('symbolic adjoint, %s, is that of autodiff', (surrogate) => {
    const random = new Random(11);
    for (let trial = 0; trial < 4; trial++) {
      const inputs = Array.from({ length: STEPS }, () => 4 * random.float() - 1.2);
      const weights = Array.from({ length: STEPS }, () => random.float() - 0.5);
      const symbolic = bySymbols(definition, surrogate, inputs, weights);
      const autodiff = byAutodiff(definition, surrogate, inputs, weights);
      expectCloseToMax('d / d inputs', symbolic.inputs, autodiff.inputs, 1e-4);
      for (const [name, value] of Object.entries(autodiff.raw)) {
        expect(Math.abs(symbolic.raw[name] - value), `d / d ${name}: ${symbolic.raw[name]}, ${value}`).toBeLessThan(
          1e-4 * (1 + Math.abs(value)),
        );
      }
    }
  });

  test('what is kept for the sigmoid is what all surrogates read', () => {
    const read = keptLeaves(SURROGATE_NAMES.map((surrogate) => compileAdjoint(definition, surrogate, true)));
    expect(new Set(keptOf(definition))).toEqual(new Set(read));
  });

  test('silence stays silent, and learned values in their range', () => {
    const forward = compileForward(definition);
    for (const value of [-1000, -20, 0, 20, 1000]) {
      const values = initialOf(definition);
      for (const [name, { learned }] of learnedParameters(definition)) {
        values[name] = valueOf(learned, value);
        expect(values[name]).toBeGreaterThanOrEqual(learned.range[0]);
        expect(values[name]).toBeLessThanOrEqual(learned.range[1]);
      }
    }
    const values = initialOf(definition);
    let states = Object.fromEntries(definition.states.map((state) => [state, 0]));
    for (let t = 0; t < 20; t++) {
      const h = evaluate(forward.potential, { ...values, ...states, x: 0 });
      for (const fired of forward.fired) expect(evaluate(fired, { ...values, h })).toBe(0);
      states = Object.fromEntries(
        definition.states.map((state, i) => [state, evaluate(forward.next[i], { ...values, ...states, x: 0, h })]),
      );
    }
  });
});

test('the evolutionary surrogate is tanh(K x)/2 + 1/2, from K = 1', () => {
  const { network } = fieldFixture({ network: { surrogate: 'evolutionary' } }).spec;
  const { name, alpha } = surrogateSettings(network!);
  for (const k of [1, 3, 10])
    for (const x of [-0.7, 0, 0.2]) expect(surrogateOf(name).primitive(x, k * alpha)).toBeCloseTo(Math.tanh(k * x) / 2 + 0.5, 12);
});

describe.each(SURROGATE_NAMES)('surrogate %s', (name) => {
  test.each([0.5, 1, 2, 4])('the derivative is that of the primitive, alpha %d', (alpha) => {
    const { primitive, derivative: slope } = surrogateOf(name);
    const x = leaf('input', 'x');
    const stated = slope(x, leaf('param', 'alpha', true));
    // Off the lattice of kinks at multiples of 1/8.
    const points = Array.from({ length: 41 }, (_, i) => (i - 20) / 10 + 0.013);
    const differences = points.map((p) => (primitive(p + 1e-5, alpha) - primitive(p - 1e-5, alpha)) / 2e-5);
    expectClose(
      name,
      points.map((p) => evaluate(stated, { x: p, alpha })),
      differences,
      1e-4,
    );
  });
});
