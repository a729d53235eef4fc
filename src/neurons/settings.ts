/** From a network's settings to the numbers that its neurons work with. */
import type { NetworkSpec } from '../model/field-spec.ts';
import { learnedParameters } from './define-neuron.ts';
import { neuronNamed } from './index.ts';
import { surrogateOf, type SurrogateName } from './surrogates.ts';

/** The start value of each parameter: the config's, else the neuron's. */
export function parameterValues({ neuron, neuronParameters }: NetworkSpec): Record<string, number> {
  const { parameters } = neuronNamed(neuron);
  return Object.fromEntries(Object.entries(parameters).map(([name, { initial }]) => [name, neuronParameters[name] ?? initial]));
}

export function surrogateSettings({ neuron, surrogate, surrogateAlpha }: NetworkSpec): { name: SurrogateName; alpha: number } {
  const own = neuronNamed(neuron).surrogate;
  if (surrogate === 'own') return { name: own.name, alpha: surrogateAlpha ?? own.alpha };
  if (surrogate === 'evolutionary') return { name: 'sigmoid', alpha: surrogateAlpha ?? 2 };
  return { name: surrogate, alpha: surrogateAlpha ?? surrogateOf(surrogate).alpha };
}

/** A learned parameter of one hidden layer as a tensor: `n1.tau`. */
export interface NeuronTensor {
  readonly name: `n${1 | 2}.${string}`;
  readonly layer: 0 | 1;
  readonly parameter: string;
  /** 1 for a parameter of the layer, the width for one of each neuron. */
  readonly length: number;
  /** The raw value at the start. */
  readonly initial: number;
}

/** The tensors of raw values that a network's neurons learn: none for most. */
export function neuronTensors(network: NetworkSpec | null): NeuronTensor[] {
  if (network === null) return [];
  const values = parameterValues(network);
  return ([0, 1] as const).flatMap((layer) =>
    learnedParameters(neuronNamed(network.neuron)).map(([parameter, { scope, learned }]): NeuronTensor => ({
      name: `n${(layer + 1) as 1 | 2}.${parameter}`,
      layer,
      parameter,
      length: scope === 'layer' ? 1 : network.width,
      initial: learned.raw(values[parameter]),
    })),
  );
}
