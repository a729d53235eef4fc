/** The neurons by the name that a config gives them. A new one is one file here and one line in the registry. */
import type { NetworkSpec } from '../model/field-spec.ts';
import { lif } from './lif.ts';
import type { Neuron } from './neuron.ts';
import { relu } from './relu.ts';

const registry: Record<NetworkSpec['neuron'], (network: NetworkSpec) => Neuron> = {
  lif: (network) => lif(network.lif),
  relu: () => relu(),
};

export function createNeuron(network: NetworkSpec): Neuron {
  return registry[network.neuron](network);
}
