import type { Counts } from '../backends/backend.ts';
import type { NetworkSpec } from '../model/field-spec.ts';

/** Spikes (or active ReLUs) a neuron and time step, of both hidden layers. */
export function firingRates(counts: Counts, network: NetworkSpec): [number, number] {
  const slots = Math.max(1, counts.timeSteps * network.width);
  return [counts.spikes[0] / slots, counts.spikes[1] / slots];
}
