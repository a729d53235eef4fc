/** Quantised matrices as tensor code with automatic differentiation: what the host's gradients of the other backends are checked against. */
import type { QuantisedLayer } from '../../model/quantised-layers.ts';
import { learnedOf, rawLeaf } from '../../neurons/parameters.ts';
import type { Expr } from '../../neurons/graph.ts';
import { parameterLeaf, stateLeaf } from '../../quantisers/quantiser.ts';
import { emitTfjs, type SurrogateChoice } from './emit-tfjs.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/** Quantisers have no spikes. */
const unused: SurrogateChoice = { name: 'sigmoid', alpha: 1 };

/**
 * @param raw [in,out]
 * @param tensorOf the quantiser's own tensors by name
 */
export function quantisedTensor(
  tf: TensorFlow,
  { quantiser, parameters, states }: QuantisedLayer,
  raw: Tensor,
  tensorOf: (name: `q${number}.${string}`) => Tensor,
): Tensor {
  const bindings = new Map<Expr, Tensor>([[rawLeaf, raw]]);
  for (const [name, parameter] of Object.entries(quantiser.parameters))
    if (parameter.learned === null) bindings.set(parameterLeaf(name, parameter), tf.scalar(parameter.initial));
  for (const [key, parameter] of learnedOf(quantiser.parameters)) {
    const { name } = parameters.find((tensor) => tensor.key === key)!;
    const [value] = emitTfjs([parameter.learned.value(rawLeaf)], unused)(tf, new Map([[rawLeaf, tensorOf(name)]]));
    bindings.set(parameterLeaf(key, parameter), value);
  }
  for (const { name, key, length } of states) {
    const value = tensorOf(name);
    bindings.set(stateLeaf(key, quantiser.states[key]), length === raw.size ? tf.reshape(value, raw.shape) : value);
  }
  return emitTfjs([quantiser.value], unused)(tf, bindings)[0];
}
