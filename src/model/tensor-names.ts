/** Which tensors a field has. */
import { neuronTensors } from '../neurons/settings.ts';
import type { FieldSpec } from './field-spec.ts';
import { inputLevels } from './input-spikes.ts';
import { repeatsTensors, type RepeatsName } from './learned-repeats.ts';
import { weightTensors } from './network-layers.ts';
import { quantisedLayers } from './quantised-layers.ts';
import { representationOf } from './representations/index.ts';

/**
 * Everything that training changes, by name. V voxels, F features, I network inputs, W neurons of a hidden layer. The list of layers
 * (network-layers.ts) says how many w and n there are; of the published network with two hidden layers:
 *
 *     those of the representation (representations/): of dense grids  density [V]   features [V,F]
 *     w1 [I,W]   w2 [W,W]   w3 [W,3]                                    weights, [in, out], row-major
 *     n1.P, n2.P [1] or [W]   raw values of learned parameter P of the neurons behind layer 1 and 2 (neurons/parameters.ts)
 *     q1.P, ... [1] or [out]  raw values of learned parameter P of the quantiser of w1; [1] its state P, which has no moments (src/quantisers/)
 *     t1, t2 [1]              raw numbers of time steps of the hidden layers, where these learn them (learned-repeats.ts)
 *     X.m, X.v      the Adam moments of each of them, same shapes
 *     occupancy [V] uint8, 0 or 1: a sample whose nearest grid point has 0 does not exist
 *     rate [V]      factor on the learning rates of each voxel (1 everywhere unless the coarse stage weighs by view count)
 *     inputRange [2] least and greatest network input seen in training; the min-max normalisation of the Poisson encoding
 *     inputSteps [F] what the features' spikes in front of layer 1 are multiples of (input-spikes.ts)
 */
export type ParameterName = string;
export type TensorName = string;
/** Learned parameters of the neurons behind a layer: `n1.tau`. */
export type NeuronTensorName = `n${number}.${string}`;
export type SpikingTensorName = NeuronTensorName | RepeatsName | 'inputSteps';

/** The names of the representation's parameters. */
export function gridParameters(spec: FieldSpec): readonly ParameterName[] {
  return representationOf(spec)
    .tensors(spec)
    .map(({ name }) => name);
}

/** Weights and learned parameters of the neurons. */
export function networkParameters(spec: FieldSpec): readonly ParameterName[] {
  const ofQuantisers = quantisedLayers(spec).flatMap(({ parameters }) => parameters);
  return [...weightTensors(spec), ...ofQuantisers, ...neuronTensors(spec.network), ...repeatsTensors(spec.network)].map(({ name }) => name);
}

export function parametersOf(spec: FieldSpec): readonly ParameterName[] {
  return [...gridParameters(spec), ...networkParameters(spec)];
}

/** `n1.tau.m`: a parameter, and which of its moments, if any. */
export function splitTensorName(name: TensorName): { parameter: ParameterName; moment: 'm' | 'v' | null } {
  const match = /^(.+)\.([mv])$/.exec(name);
  return match === null ? { parameter: name, moment: null } : { parameter: match[1], moment: match[2] as 'm' | 'v' };
}

/** All that rendering reads of the network. */
export function networkRenderingTensors(spec: FieldSpec): readonly TensorName[] {
  const ranged = spec.network?.temporal === 'repeat' && spec.network.encoding === 'poisson';
  // Behind the weights: writing these measures the states anew.
  const states = quantisedLayers(spec).flatMap((layer) => layer.states.map(({ name }) => name));
  const stepped = inputLevels(spec.network).features > 0;
  return [...networkParameters(spec), ...states, ...(ranged ? ['inputRange'] : []), ...(stepped ? ['inputSteps'] : [])];
}

/** What a network has because it spikes: what its neurons learned, and how long they are shown a sample; the steps of its input spikes. */
export function spikingTensors(spec: FieldSpec): readonly SpikingTensorName[] {
  const stepped = inputLevels(spec.network).features > 0;
  const learned = [...neuronTensors(spec.network), ...repeatsTensors(spec.network)].map(({ name }) => name);
  return [...learned, ...(stepped ? (['inputSteps'] as const) : [])];
}

/** All that rendering reads, occupancy aside. */
export function renderingTensors(spec: FieldSpec): readonly TensorName[] {
  return [...gridParameters(spec), ...networkRenderingTensors(spec)];
}

/** All that training reads, occupancy aside. The rate differs from 1 only in the coarse stage, which has no network. */
export function trainingTensors(spec: FieldSpec): readonly TensorName[] {
  const moments = parametersOf(spec).flatMap((name): TensorName[] => [`${name}.m`, `${name}.v`]);
  return [...renderingTensors(spec), ...moments, ...(spec.network ? [] : ['rate'])];
}
