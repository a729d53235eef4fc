/**
 * The colour network (docs/model.md, sections 2 and 3), no biases:
 *
 *     I1 = x w1      S1 = neuron(I1)      I2 = S1 w2      S2 = neuron(I2)      logits = S2 w3
 */
import type { Neuron } from '../../neurons/neuron.ts';
import { runNeurons } from '../../neurons/neuron.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** [I,W], [W,W], [W,3] */
export type NetworkWeights = Readonly<Record<'w1' | 'w2' | 'w3', Tensor>>;

export interface NetworkPass {
  /** [T,R,3] */
  readonly logits: Tensor;
  /** Outputs S of each hidden layer, [T,R,W] */
  readonly spikes: readonly [Tensor, Tensor];
  /** Potentials H of each hidden layer before firing, [T,R,W] */
  readonly potentials: readonly [Tensor, Tensor];
}

/** Runs R sequences of T time steps. `inputs` [T,R,I]. */
export function runColourNetwork(tf: TensorFlow, neuron: Neuron, weights: NetworkWeights, inputs: Tensor): NetworkPass {
  const layer1 = runNeurons(tf, neuron, linear(tf, inputs, weights.w1));
  const layer2 = runNeurons(tf, neuron, linear(tf, layer1.spikes, weights.w2));
  return {
    logits: linear(tf, layer2.spikes, weights.w3),
    spikes: [layer1.spikes, layer2.spikes],
    potentials: [layer1.potentials, layer2.potentials],
  };
}

/** [T,R,I] times [I,O]. */
function linear(tf: TensorFlow, inputs: Tensor, weights: Tensor): Tensor {
  const [steps, sequences, channels] = inputs.shape;
  return tf.reshape(tf.matMul(tf.reshape(inputs, [steps * sequences, channels]), weights), [steps, sequences, -1]);
}
