/** From a network's settings to the numbers that its neurons work with. */
import { learnedParameters } from './define-neuron.ts';
import { neuronNamed } from './index.ts';
import { surrogateOf, type SurrogateName, type SurrogateSetting } from './surrogates.ts';

/** The neurons of a network, as its spec has them. */
export interface NeuronChoice {
  /** Name of a registered neuron; `relu` is the ANN twin: same shape, no time. */
  readonly neuron: string;
  /** Values of its parameters that differ from its own; for learned ones, where they start. */
  readonly neuronParameters: Readonly<Record<string, number>>;
  /** Factor on the network's learning rate for the learned ones. */
  readonly neuronRate: number;
  /** `own`: the one the neuron comes with; `evolutionary`: a sigmoid whose steepness training raises. */
  readonly surrogate: SurrogateSetting | 'own';
  /** Steepness; null: that of published code, or of the neuron's own surrogate. */
  readonly surrogateAlpha: number | null;
  /** Neurons of each of the two hidden layers of the published network: a multiple of 16, at most 256. */
  readonly width: number;
  /** Another list of hidden layers, in place of those two; null or missing: those. */
  readonly layers?: readonly HiddenLayer[] | null;
}

/** A hidden layer: its kind (model/layers/) and the number of its neurons. */
export interface HiddenLayer {
  readonly kind: string;
  readonly width: number;
}

/** Hidden layers of the published network. */
const PUBLISHED_LAYERS = 2;

/** Neurons of each hidden layer. */
export function hiddenWidths({ layers, width }: Pick<NeuronChoice, 'layers' | 'width'>): number[] {
  return layers?.map((layer) => layer.width) ?? new Array<number>(PUBLISHED_LAYERS).fill(width);
}

/** The start value of each parameter: the config's, else the neuron's. */
export function parameterValues({ neuron, neuronParameters }: NeuronChoice): Record<string, number> {
  const { parameters } = neuronNamed(neuron);
  return Object.fromEntries(Object.entries(parameters).map(([name, { initial }]) => [name, neuronParameters[name] ?? initial]));
}

export function surrogateSettings({ neuron, surrogate, surrogateAlpha }: NeuronChoice): { name: SurrogateName; alpha: number } {
  const own = neuronNamed(neuron).surrogate;
  if (surrogate === 'own') return { name: own.name, alpha: surrogateAlpha ?? own.alpha };
  if (surrogate === 'evolutionary') return { name: 'sigmoid', alpha: surrogateAlpha ?? 2 };
  return { name: surrogate, alpha: surrogateAlpha ?? surrogateOf(surrogate).alpha };
}

/** A learned parameter of one hidden layer as a tensor: `n1.tau`. */
export interface NeuronTensor {
  readonly name: `n${number}.${string}`;
  /** 0, 1, ... */
  readonly layer: number;
  readonly parameter: string;
  /** 1 for a parameter of the layer, the width for one of each neuron. */
  readonly length: number;
  /** The raw value at the start. */
  readonly initial: number;
}

/** The tensors of raw values that a network's neurons learn: none for most. */
export function neuronTensors(network: NeuronChoice | null): NeuronTensor[] {
  if (network === null) return [];
  const values = parameterValues(network);
  return hiddenWidths(network).flatMap((width, layer) =>
    learnedParameters(neuronNamed(network.neuron)).map(([parameter, { scope, learned }]): NeuronTensor => ({
      name: `n${layer + 1}.${parameter}`,
      layer,
      parameter,
      length: scope === 'layer' ? 1 : width,
      initial: learned.raw(values[parameter]),
    })),
  );
}
