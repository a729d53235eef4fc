/**
 * The colour network (docs/model.md, sections 2 and 3): layers one behind the other, all but the last with neurons,
 *
 *     I_l = layer_l(S_{l-1})      S_l = neuron(I_l)      S_0 = x      logits = layer_L(S_{L-1})
 *
 * and for the published dense layers layer_l(S) = S w_l.
 */
import type { NetworkLayer } from '../../model/network-layers.ts';
import type { LayerOps } from '../../model/layers/layer-kind.ts';
import type { Bindings } from './emit-tfjs.ts';
import { runNeurons, type LayerActivity, type TfjsNeuron } from './tfjs-neuron.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** A layer and its tensors, in the order of its kind. */
export interface BoundLayer {
  readonly layer: NetworkLayer;
  readonly tensors: readonly Tensor[];
}

/** All layers of a network, the output layer last. */
export type BoundLayers = readonly BoundLayer[];

export interface NetworkPass {
  /** [T,R,3] */
  readonly logits: Tensor;
  /** Outputs of each hidden layer before dropout, how many spikes they stand for, [T,R,W] */
  readonly outputs: readonly Tensor[];
  readonly events: readonly Tensor[];
  /** Potentials H of each hidden layer before firing, [T,R,W] */
  readonly potentials: readonly Tensor[];
}

/** Parameters of the neurons of each hidden layer, as bound by `TfjsNeuron.bind`. */
export type NeuronBindings = readonly Bindings[];

/** What a layer's outputs are multiplied by, of its number (1, 2, ...) and the spikes [T,R,W]; broadcast to [T,R,W]. */
export type OutputFactors = (layer: number, events: Tensor) => Tensor;

/** The tensors of all layers, one behind the other, with the layers that they belong to. */
export function bindLayers(layers: readonly NetworkLayer[], tensors: readonly Tensor[]): BoundLayer[] {
  let first = 0;
  return layers.map((layer) => {
    const own = tensors.slice(first, first + layer.tensors.length);
    first += layer.tensors.length;
    return { layer, tensors: own };
  });
}

/**
 * Runs R sequences of T time steps.
 *
 * @param inputs [T,R,I]
 * @param parameters of the hidden layers
 * @param begins [R] first step of each sequence; default: 0
 * @param factors default: none
 */
export function runColourNetwork(
  tf: TensorFlow,
  neuron: TfjsNeuron,
  layers: BoundLayers,
  parameters: NeuronBindings,
  inputs: Tensor,
  begins?: Int32Array,
  factors?: OutputFactors,
): NetworkPass {
  const hidden: LayerActivity[] = [];
  let values = inputs;
  for (const [index, layer] of layers.slice(0, -1).entries()) {
    const activity = runNeurons(tf, neuron, currentsOverTime(tf, values, layer), parameters[index], begins);
    hidden.push(activity);
    values = factors === undefined ? activity.outputs : tf.mul(activity.outputs, factors(index + 1, activity.events));
  }
  return {
    logits: currents(tf, values, layers[layers.length - 1]),
    outputs: hidden.map(({ outputs }) => outputs),
    events: hidden.map(({ events }) => events),
    potentials: hidden.map(({ potentials }) => potentials),
  };
}

/** [T,R,O] of R sequences of inputs [T,R,I]. Before a sequence begins its inputs are 0, and so is what a layer carries. */
function currentsOverTime(tf: TensorFlow, inputs: Tensor, layer: BoundLayer): Tensor {
  const { memory } = layer.layer.kind;
  if (memory === undefined || inputs.shape[0] === 1) return currents(tf, inputs, layer);
  let state: Tensor | null = null;
  const steps = tf.unstack(inputs, 0).map((rows) => {
    const step = memory.step(opsOf(tf), rows, state, layer.tensors);
    state = step.state;
    return step.currents;
  });
  return tf.stack(steps, 0);
}

/** [...,O] of inputs [...,I], each by itself. */
export function currents(tf: TensorFlow, inputs: Tensor, { layer, tensors }: BoundLayer): Tensor {
  const before = inputs.shape.slice(0, -1);
  const rows = tf.reshape(inputs, [-1, layer.inputs]);
  return tf.reshape(layer.kind.currents(opsOf(tf), rows, tensors), [...before, layer.outputs]);
}

function opsOf(tf: TensorFlow): LayerOps<Tensor> {
  return {
    multiply: (rows, matrix) => tf.matMul(rows, matrix),
    add: (a, b) => tf.add(a, b),
    scale: (a, b) => tf.mul(a, b),
    perSynapse: (rows, matrix) => tf.mul(tf.expandDims(rows, 2), matrix),
    sumOverInputs: (synapses) => tf.sum(synapses, 1),
    sumParts: (rows, parts) => tf.sum(tf.reshape(rows, [-1, parts, rows.shape[1]! / parts]), 1),
  };
}
