/** Derivatives of mean rates: numbers that the released code gave, and back-propagation through time where both are equal. */
import { beforeAll, describe, expect, it, test } from 'vitest';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import { rateNeuron } from '../../src/backends/tfjs/rate-neuron.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { runNeurons, tfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { Random } from '../../src/math/random.ts';
import { defineNeuron, isSpiking, learnedParameters, type NeuronDefinition } from '../../src/neurons/define-neuron.ts';
import { add, mul, spike, stopGradient, sub, type Expr } from '../../src/neurons/graph.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { rawLeaf } from '../../src/neurons/parameters.ts';
import { derivative } from '../../src/neurons/differentiate.ts';
import { evaluate } from '../../src/neurons/evaluate.ts';
import { lif } from '../../src/neurons/lif.ts';
import { expectCloseToMax } from '../conformance/compare.ts';
import { readGolden } from '../helpers/golden.ts';

interface Golden {
  readonly current: number[][];
  readonly s: number[][];
  readonly E: number[][];
  readonly rate: number[][];
  readonly dL_dr: number[][];
  readonly dL_dW: number[][];
}
const golden = readGolden<Record<'soft_detach' | 'soft_nodetach' | 'hard', Golden> & { readonly x: number[][]; readonly lambda: number }>(
  'rate-back-propagation',
);

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

/** The authors' neuron, H = lambda V + X, with one of its resets. */
function published(name: string, reset: (h: Expr, s: Expr) => Expr): NeuronDefinition {
  return defineNeuron({
    name,
    summary: 'the neuron of the released code',
    source: 'Yu et al., arXiv 2410.11488, code',
    parameters: {},
    charge: ({ x, state: { v } }) => add(mul(golden.lambda, v), x),
    fire: ({ h }) => spike(h, 1),
    reset: ({ h, s }) => ({ v: reset(h, s) }),
    surrogate: { name: 'sigmoid', alpha: 4 },
  });
}

interface Rates {
  /** [T][n] of each step: outputs; d H / d current follows from E. */
  readonly outputs: number[][];
  readonly rate: number[];
  /** Means of d output by each direction. */
  readonly slopes: number[][];
  readonly tangents: number[][];
}

function ratesOf(
  definition: NeuronDefinition,
  currents: readonly (readonly number[])[],
  values: Readonly<Record<string, number>> = {},
): Rates {
  return tf.tidy(() => {
    const surrogate = definition.surrogate;
    const rated = rateNeuron(definition, surrogate);
    const learned = learnedParameters(definition);
    const raw = Object.fromEntries(learned.map(([name, { learned: t }]) => [name, tf.tensor1d([t.raw(values[name])])]));
    const bound = tfjsNeuron(definition, values, surrogate).bind(tf, raw);
    const n = currents[0].length;
    let carried: readonly Tensor[] = Array.from({ length: rated.carried }, () => tf.zeros([1, n]));
    const outputs: number[][] = [];
    const tangents: number[][] = [];
    const sums = Array.from({ length: 1 + learned.length }, () => new Array<number>(n).fill(0));
    for (const current of currents) {
      const step = rated.step(tf, tf.tensor2d([[...current]]), carried, bound);
      outputs.push([...step.output.dataSync()]);
      step.slopes.forEach((slope, d) => slope.output.dataSync().forEach((value, i) => (sums[d][i] += value / currents.length)));
      carried = step.carried;
      tangents.push([...carried[definition.states.length].dataSync()]);
    }
    const rate = outputs[0].map((_, i) => outputs.reduce((sum, row) => sum + row[i], 0) / outputs.length);
    return { outputs, rate, slopes: sums, tangents };
  });
}

describe('numbers of the released code', () => {
  it.each([
    ['soft_detach', (h: Expr, s: Expr) => sub(h, stopGradient(s))],
    ['soft_nodetach', (h: Expr, s: Expr) => sub(h, s)],
    ['hard', (h: Expr, s: Expr) => mul(h, sub(1, s))],
  ] as const)('%s: spikes, rates, E and the gradient of the weights', (name, reset) => {
    const { current, s, E, rate, dL_dr, dL_dW } = golden[name];
    const { outputs, rate: found, slopes } = ratesOf(published(name.replace('_', '-'), reset), current);
    expect(outputs).toEqual(s);
    expectCloseToMax('rate', found, rate[0], 1e-6);
    expectCloseToMax('E', slopes[0], E[0], 1e-6);
    const meanInput = golden.x[0].map((_, i) => golden.x.reduce((sum, row) => sum + row[i], 0) / golden.x.length);
    const weights = slopes[0].flatMap((e, j) => meanInput.map((x) => dL_dr[0][j] * e * x));
    expectCloseToMax('dL/dW', weights, dL_dW.flat(), 2e-6);
  });

  it('kappa of the soft reset is 1, 1.2, 1.24, 1.248, 1.2496', () => {
    const { tangents } = ratesOf(
      published('soft-detach', (h, s) => sub(h, stopGradient(s))),
      golden.soft_detach.current,
    );
    // A detached soft reset leaves d V / d c = d H / d c.
    expectCloseToMax(
      'kappa',
      tangents.map(([first]) => first),
      [1, 1.2, 1.24, 1.248, 1.2496],
      1e-6,
    );
  });
});

test('kappa of our LIF is 1/tau + (1 - 1/tau) (1 - S) kappa', () => {
  const currents = [[3], [0.5], [1.7], [2.5], [0.2], [1.4]];
  const { outputs, tangents, slopes } = ratesOf(lif, currents, { tau: 2, threshold: 1 });
  let [kappa, v, sum] = [0.5, 0, 0];
  currents.forEach(([x], t) => {
    const h = v + (x - v) / 2;
    const s = h >= 1 ? 1 : 0;
    expect(outputs[t][0]).toBe(s);
    expect(tangents[t][0]).toBeCloseTo((1 - s) * kappa, 6);
    const sigma = 1 / (1 + Math.exp(-4 * (h - 1)));
    sum += kappa * 4 * sigma * (1 - sigma);
    [kappa, v] = [0.5 + 0.5 * (1 - s) * kappa, (1 - s) * h];
  });
  expect(slopes[0][0]).toBeCloseTo(sum / currents.length, 6);
  expect(new Set(outputs.flat())).toEqual(new Set([0, 1]));
});

describe.each(builtInNeurons.filter(isSpiking).map((definition) => ({ name: definition.name, definition })))('$name', ({ definition }) => {
  it.each([1, 4, 9])('with constant currents in %d steps has the derivatives of back-propagation through time', (steps) => {
    const random = new Random(5);
    const current = Array.from({ length: 24 }, () => 4 * random.float() - 1);
    const learned = learnedParameters(definition);
    const values = Object.fromEntries(Object.entries(definition.parameters).map(([name, { initial }]) => [name, initial]));
    const { rate, slopes } = ratesOf(definition, new Array<number[]>(steps).fill(current), values);
    const neuron = tfjsNeuron(definition, values, definition.surrogate);
    const mean = (x: Tensor, ...raw: Tensor[]): Tensor => {
      const bound = neuron.bind(tf, Object.fromEntries(learned.map(([name], i) => [name, raw[i]])));
      return tf.mean(runNeurons(tf, neuron, tf.stack(new Array<Tensor>(steps).fill(x), 0), bound).outputs, 0);
    };
    tf.tidy(() => {
      const inputs = [tf.tensor2d([current]), ...learned.map(([name, { learned: t }]) => tf.tensor1d([t.raw(values[name])]))];
      expectCloseToMax('rates', rate, mean(...(inputs as [Tensor])).dataSync(), 1e-6);
      // Of all: a parameter of the reset has no part in a single step.
      const total = (...all: Tensor[]): Tensor =>
        all.reduce((sum, each) => tf.add(sum, tf.mul(0, tf.sum(each))), tf.sum(mean(...(all as [Tensor]))));
      const [dx, ...draw] = tf.grads(total as never)(inputs as never) as Tensor[];
      expectCloseToMax('d r / d current', slopes[0], dx.dataSync(), 1e-5);
      learned.forEach(([name, { learned: t }], i) => {
        const slope = evaluate(derivative(t.value(rawLeaf), rawLeaf), { raw: t.raw(values[name]) });
        const found = slopes[1 + i].reduce((sum, value) => sum + value, 0) * slope;
        const wanted = draw[i].dataSync()[0];
        expect(Math.abs(found - wanted), `d r / d ${name}: ${found}, ${wanted}`).toBeLessThan(1e-4 * (1 + Math.abs(wanted)));
      });
    });
  });
});
