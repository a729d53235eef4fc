/** The neuron with learned bits: numbers that the released code gave, and what is left to the next time step. */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTensorFlow } from '../../src/backends/tfjs/load-tensorflow.ts';
import type { Tensor, TensorFlow } from '../../src/backends/tfjs/tensorflow.ts';
import { tfjsNeuron } from '../../src/backends/tfjs/tfjs-neuron.ts';
import { learnedBits } from '../../src/neurons/learned-bits.ts';
import { learnedBits as weightsOfLearnedBits } from '../../src/quantisers/learned-bits.ts';
import { quantise } from '../../src/quantisers/quantise.ts';
import { readGolden } from '../helpers/golden.ts';

interface Layer {
  readonly W: number[][];
  readonly x: number[][];
  readonly gamma_init: number[];
  readonly alpha_init: number[][];
  readonly y: number[][];
  readonly g: number[][];
  readonly dx: number[][];
  readonly dgamma0: number[];
  readonly dgamma1: number[];
  readonly dBs0: number[];
}
interface Quantised {
  readonly y: number[];
  readonly dx: number[];
  readonly dgamma: number[];
  readonly dbit: number[];
}
type Golden = { x: number[]; gamma: number; g: number[]; layer: Layer } & Record<string, unknown>;

const golden = readGolden<Golden>('adaptive-bits');
const neuron = tfjsNeuron(learnedBits, { tau: 1, step: 1, bits: 3 }, { name: 'triangle', alpha: 1 });

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

interface Stepped {
  readonly outputs: number[][];
  readonly dx: Float32Array;
  readonly dstep: number;
  readonly dbits: number;
}

/** Shows [n] inputs for some time steps; gradients of the sum of the outputs times `upstream`, with respect to values. */
function show(inputs: number[], steps: number, size: number, bits: number, upstream: number[]): Stepped {
  const outputs: number[][] = [];
  const [x, step, width] = [tf.tensor2d([inputs]), tf.tensor1d([Math.log(size)]), tf.tensor1d([bits])];
  const loss = (...values: Tensor[]): Tensor => {
    const bound = neuron.bind(tf, { step: values[1], bits: values[2] });
    let states: readonly Tensor[] = [tf.zeros([1, inputs.length])];
    let sum: Tensor = tf.scalar(0);
    for (let t = 0; t < steps; t++) {
      const at = neuron.step(tf, values[0], states, bound);
      states = at.states;
      outputs.push([...at.output.dataSync()]);
      sum = tf.add(sum, tf.sum(tf.mul(at.output, tf.tensor2d([upstream]))));
    }
    return sum as never;
  };
  const [dx, dstep, dbits] = tf
    .grads(loss as never)([x, step, width])
    .map((gradient) => gradient.dataSync<'float32'>());
  return { outputs, dx, dstep: dstep[0] / size, dbits: dbits[0] };
}

/** LSQ's factor, which Adam does not see and we leave out. */
const lsq = (count: number, bits: number): number => 1 / Math.sqrt(count * (2 ** Math.round(bits) - 1));

function expectAll(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 5);
  });
}

describe('the neuron with learned bits', () => {
  it.each([1, 1.4, 2, 2.6, 3])('has the spikes and gradients of the released code at %d bits', (bits) => {
    const wanted = golden[`spike_pos1_b${bits.toFixed(1)}`] as Quantised;
    const { outputs, dx, dstep, dbits } = show(golden.x, 1, golden.gamma, bits, golden.g);
    expectAll(outputs[0], wanted.y);
    expectAll(dx, wanted.dx);
    expect(dstep * lsq(golden.x.length, bits)).toBeCloseTo(wanted.dgamma[0], 4);
    expect(dbits).toBeCloseTo(wanted.dbit[0], 4);
  });

  it('passes the rest on to the next time step as the released layer does, without a gradient', () => {
    const { W, x, y, g, alpha_init, gamma_init, dx, dgamma0, dgamma1 } = golden.layer;
    const raw = Float32Array.from(W.flat());
    const parameters = { step: Float32Array.of(Math.log(alpha_init[0][0])), bits: Float32Array.of(4 / 0.2) };
    const weights = quantise(weightsOfLearnedBits, { raw, parameters, states: {} });
    // d loss / d mean spike of an input: through both outputs of the layer.
    const through = x.map((_, row) => x[0].map((__, i) => g[row].reduce((sum, value, j) => sum + value * weights[j * 4 + i], 0) / 2));
    const { outputs, dx: found, dstep } = show(x.flat(), 2, gamma_init[0], 2, through.flat());
    const means = outputs[0].map((value, i) => (value + outputs[1][i]) / 2);
    const found_y = x.map((_, row) =>
      W.map((__, j) => means.slice(4 * row, 4 * row + 4).reduce((sum, s, i) => sum + s * weights[j * 4 + i], 0)),
    );
    expectAll(found_y.flat(), y.flat());
    expectAll(found, dx.flat());
    // The code has a step of each time step; ours is one for both.
    expect(dstep * lsq(x.flat().length, 2)).toBeCloseTo(dgamma0[0] + dgamma1[0], 4);
  });

  it('leaves at most half a step to the next time step, so that silence never fires', () => {
    const { outputs } = show([99, -99, 0.7], 1, 1, 2, [0, 0, 0]);
    expect(outputs[0]).toEqual([3, 0, 1]);
    const bound = neuron.bind(tf, { step: tf.tensor1d([0]), bits: tf.tensor1d([2]) });
    const first = neuron.step(tf, tf.tensor2d([[99, -99, 0.7]]), [tf.zeros([1, 3])], bound);
    expectAll(first.states[0].dataSync(), [0.5, -0.5, -0.3]);
  });
});
