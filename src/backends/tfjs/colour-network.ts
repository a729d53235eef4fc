/**
 * The colour network (docs/model.md, sections 2 and 3), no biases:
 *
 *     I1 = x w1      S1 = neuron(I1)      I2 = S1 w2      S2 = neuron(I2)      logits = S2 w3
 */
import type { Bindings } from './emit-tfjs.ts';
import { runNeurons, type LayerActivity, type TfjsNeuron } from './tfjs-neuron.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** [I,W], [W,W], [W,3] */
export type NetworkWeights = Readonly<Record<'w1' | 'w2' | 'w3', Tensor>>;

export interface NetworkPass {
  /** [T,R,3] */
  readonly logits: Tensor;
  /** Outputs of each hidden layer before dropout, how many spikes they stand for, [T,R,W] */
  readonly outputs: readonly [Tensor, Tensor];
  readonly events: readonly [Tensor, Tensor];
  /** Potentials H of each hidden layer before firing, [T,R,W] */
  readonly potentials: readonly [Tensor, Tensor];
}

/** Parameters of the neurons of both hidden layers, as bound by `TfjsNeuron.bind`. */
export type NeuronBindings = readonly [Bindings, Bindings];

/** What a layer's outputs are multiplied by, of its number (1 or 2) and the spikes [T,R,W]; broadcast to [T,R,W]. */
export type OutputFactors = (layer: 1 | 2, events: Tensor) => Tensor;

/**
 * Runs R sequences of T time steps.
 *
 * @param inputs [T,R,I]
 * @param begins [R] first step of each sequence; default: 0
 * @param factors default: none
 */
export function runColourNetwork(
  tf: TensorFlow,
  neuron: TfjsNeuron,
  weights: NetworkWeights,
  parameters: NeuronBindings,
  inputs: Tensor,
  begins?: Int32Array,
  factors?: OutputFactors,
): NetworkPass {
  const passOn = (layer: 1 | 2, { outputs, events }: LayerActivity): Tensor =>
    factors === undefined ? outputs : tf.mul(outputs, factors(layer, events));
  const layer1 = runNeurons(tf, neuron, linear(tf, inputs, weights.w1), parameters[0], begins);
  const layer2 = runNeurons(tf, neuron, linear(tf, passOn(1, layer1), weights.w2), parameters[1], begins);
  return {
    logits: linear(tf, passOn(2, layer2), weights.w3),
    outputs: [layer1.outputs, layer2.outputs],
    events: [layer1.events, layer2.events],
    potentials: [layer1.potentials, layer2.potentials],
  };
}

/** [T,R,I] times [I,O]. */
function linear(tf: TensorFlow, inputs: Tensor, weights: Tensor): Tensor {
  const [steps, sequences, channels] = inputs.shape;
  return tf.reshape(tf.matMul(tf.reshape(inputs, [steps * sequences, channels]), weights), [steps, sequences, -1]);
}
