/**
 * Temporal squeezing as tensor code with automatic differentiation (src/model/learned-repeats.ts): what the kernels' gradients are checked against.
 *
 *     a_l = 1/T_l sum_{t <= T_l} S_l,t        I_{l+1} = layer_{l+1}(a_l) at each of T_{l+1} steps        d a_l / d T_l = -a_l / T_l
 */
import type { NetworkSpec } from '../../model/field-spec.ts';
import { repeatsTransform } from '../../model/learned-repeats.ts';
import { rawLeaf } from '../../neurons/parameters.ts';
import { currents, type BoundLayers, type NeuronBindings } from './colour-network.ts';
import { emitTfjs } from './emit-tfjs.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { runNeurons, type LayerActivity, type TfjsNeuron } from './tfjs-neuron.ts';

export interface SqueezedPass {
  /** [R,O] */
  readonly logits: Tensor;
  /** What the neurons of each hidden layer did in its steps. */
  readonly hidden: readonly LayerActivity[];
  /** Time steps of each hidden layer. */
  readonly steps: readonly number[];
}

/** [1] whole number of time steps, with the gradient of the raw one. */
export function wholeRepeats(tf: TensorFlow, network: NetworkSpec, raw: Tensor): Tensor {
  const { value } = repeatsTransform(network);
  return emitTfjs([value(rawLeaf)], { name: 'sigmoid', alpha: 1 })(tf, new Map([[rawLeaf, raw]]))[0];
}

/**
 * @param lengths whole number of time steps of each hidden layer, [1]; their gradients pass through the means alone
 * @param inputs [R,I]
 */
export function runSqueezed(
  tf: TensorFlow,
  neuron: TfjsNeuron,
  layers: BoundLayers,
  parameters: NeuronBindings,
  lengths: readonly Tensor[],
  inputs: Tensor,
): SqueezedPass {
  const steps = lengths.map((length) => length.dataSync()[0]);
  const hidden: LayerActivity[] = [];
  let values = inputs;
  for (const [index, layer] of layers.slice(0, -1).entries()) {
    const shown = tf.stack(new Array<Tensor>(steps[index]).fill(currents(tf, values, layer)), 0);
    const activity = runNeurons(tf, neuron, shown, parameters[index]);
    hidden.push(activity);
    values = tf.div(tf.sum(activity.outputs, 0), lengths[index]);
  }
  return { logits: currents(tf, values, layers[layers.length - 1]), hidden, steps };
}
