/**
 * Back-propagation through rates (Yu et al., NeurIPS 2024, arXiv 2410.11488; restated from the authors' layer.py). Two passes over R samples,
 * each shown T times:
 *
 *     1  outside of automatic differentiation, time step by time step: mean outputs r of each layer, and E = d r / d current (compile-rates.ts)
 *     2  within it, once: c_l = layer_l(r_{l-1});  r_l has the value of pass 1 and the gradient of E c_l (and of learned parameters p: E_p p)
 *
 * so that nothing that is kept grows with T. Equal to back-propagation through time for T = 1, and for a layer whose currents are constant in
 * time; behind the first layer it takes E, measured on currents that fluctuate, for the derivative by their mean (the method's approximation).
 */
import type { NeuronBindings, BoundLayers } from './colour-network.ts';
import { currents } from './colour-network.ts';
import { passStraight, untaped } from './custom-gradients.ts';
import type { RateNeuron } from './rate-neuron.ts';
import { addTally, emptyTally, tallyOf, type LayerTally } from './tally.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import type { TfjsNeuron } from './tfjs-neuron.ts';

/** What pass 1 measured of a layer, means over time. */
interface LayerRates {
  readonly outputs: Float32Array;
  readonly events: Float32Array;
  /** Derivatives by the current, then by each learned parameter. */
  readonly slopes: readonly { readonly outputs: Float32Array; readonly events: Float32Array }[];
  readonly tally: LayerTally;
  /** Least distance of a potential from where its output jumps. */
  readonly margin: number;
}

export interface RatePass {
  /** [R,3] means over time */
  readonly logits: Tensor;
  /** [R,W] mean number of spikes of each hidden layer, differentiable */
  readonly events: readonly Tensor[];
  readonly tallies: readonly LayerTally[];
  readonly margin: number;
}

/**
 * @param steps T
 * @param inputsAt [R,I] of a time step; called within the first pass
 * @param meanInputs [R,I] of the steps that were asked for, differentiable; called behind the first pass
 * @param measureMargin else it is Infinity
 */
export function runRates(
  tf: TensorFlow,
  neuron: TfjsNeuron,
  rated: RateNeuron,
  layers: BoundLayers,
  parameters: NeuronBindings,
  steps: number,
  inputsAt: (step: number) => Tensor,
  meanInputs: () => Tensor,
  measureMargin: boolean,
): RatePass {
  const hidden = layers.slice(0, -1);
  const measured = untaped(tf, () => measure(tf, neuron, rated, hidden, parameters, steps, inputsAt, measureMargin));
  const events: Tensor[] = [];
  let values = meanInputs();
  const rows = values.shape[0];
  for (const [index, layer] of hidden.entries()) {
    const c = currents(tf, values, layer);
    const bound = parameters[index];
    const directions = [c, ...rated.learned.map((at) => bound.get(at)!)];
    const tensor = (data: Float32Array): Tensor => tf.tensor2d(data, [rows, layer.layer.outputs]);
    const withSlopes = (which: 'outputs' | 'events'): Tensor => {
      const { slopes } = measured[index];
      const proxy = directions.map((direction, d) => tf.mul(direction, tensor(slopes[d][which]))).reduce((sum, part) => tf.add(sum, part));
      return passStraight(tf, tensor(measured[index][which]), proxy);
    };
    events.push(withSlopes('events'));
    values = withSlopes('outputs');
  }
  return {
    logits: currents(tf, values, layers[layers.length - 1]),
    events,
    tallies: measured.map(({ tally }) => tally),
    margin: Math.min(...measured.map(({ margin }) => margin)),
  };
}

/** Sums of a layer over the steps so far, and what it carries to the next. */
interface Running {
  sums: Tensor[];
  carried: readonly Tensor[];
  tally: LayerTally;
  margin: number;
}

function measure(
  tf: TensorFlow,
  neuron: TfjsNeuron,
  rated: RateNeuron,
  hidden: BoundLayers,
  parameters: NeuronBindings,
  steps: number,
  inputsAt: (step: number) => Tensor,
  measureMargin: boolean,
): LayerRates[] {
  const running: Running[] = [];
  for (let step = 0; step < steps; step++) {
    const kept = tf.tidy(() => {
      let values = inputsAt(step);
      return hidden.flatMap((layer, index) => {
        const input = currents(tf, values, layer);
        const before = (running[index] ??= {
          sums: [],
          carried: Array.from({ length: rated.carried }, () => tf.zerosLike(input)),
          tally: emptyTally(input.shape[0]),
          margin: Infinity,
        });
        const { potential, output, events, slopes, carried } = rated.step(tf, input, before.carried, parameters[index]);
        const added = [output, events, ...slopes.flatMap((slope) => [slope.output, slope.events])];
        const sums = added.map((value, i) => (before.sums.length === 0 ? value : tf.add(before.sums[i], value)));
        addTally(before.tally, tallyOf(tf, neuron.spikes, tf.expandDims(output, 0), tf.expandDims(events, 0), null));
        if (measureMargin) before.margin = Math.min(before.margin, neuron.margin(tf, potential, parameters[index]));
        values = output;
        return [...sums, ...carried];
      });
    });
    let first = 0;
    const take = (count: number): Tensor[] => kept.slice(first, (first += count));
    for (const layer of running) {
      if (step > 0) tf.dispose([...layer.sums, ...layer.carried]);
      layer.sums = take(4 + 2 * rated.learned.length);
      layer.carried = take(rated.carried);
    }
  }
  return running.map(({ sums, tally, margin }) => {
    const means = sums.map((sum) => tf.div(sum, steps).dataSync<'float32'>().slice());
    return {
      outputs: means[0],
      events: means[1],
      slopes: Array.from({ length: 1 + rated.learned.length }, (_, d) => ({ outputs: means[2 + 2 * d], events: means[3 + 2 * d] })),
      tally,
      margin,
    };
  });
}
