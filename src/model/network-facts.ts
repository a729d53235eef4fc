/** What follows from a network's spec. */
import { hasMemory, isSpiking } from '../neurons/define-neuron.ts';
import { neuronNamed } from '../neurons/index.ts';
import { hiddenWidths } from '../neurons/settings.ts';
import type { FieldSpec, NetworkSpec } from './field-spec.ts';
import { layerKindNamed } from './layers/index.ts';

export function isSpikingNetwork(network: NetworkSpec): boolean {
  return isSpiking(neuronNamed(network.neuron));
}

/** Whether inputs are shown as random spikes. */
export function isPoisson(network: NetworkSpec): boolean {
  return isSpikingNetwork(network) && network.temporal === 'repeat' && network.encoding === 'poisson';
}

/** Time steps of a sample. A network without time needs one. */
export function repeatsOf(network: NetworkSpec): number {
  return network.temporal === 'repeat' && hasMemory(neuronNamed(network.neuron)) ? network.repeats : 1;
}

/** Whether steps between two samples without one are time steps. */
export function hasGaps(network: NetworkSpec): boolean {
  return network.temporal === 'pad' && hasMemory(neuronNamed(network.neuron));
}

/** Decaying sums that a neuron of a hidden layer (0, 1, ...) carries (layers/hetsyn-factors.ts); 0: none. */
export function sumsOf({ layers }: Pick<NetworkSpec, 'layers'>, layer: number): number {
  const kind = layers?.[layer]?.kind;
  return kind === undefined ? 0 : (layerKindNamed(kind).memory?.sums ?? 0);
}

/** Hidden layers of a field's network; without one, those of the published network, which count nothing. */
export function hiddenLayers({ network }: Pick<FieldSpec, 'network'>): number {
  return network === null ? 2 : hiddenWidths(network).length;
}
