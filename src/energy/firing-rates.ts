import type { Counts } from '../backends/backend.ts';
import type { NetworkSpec } from '../model/field-spec.ts';

/** Share of the neurons that fire (or ReLUs that are active) in a time step, of both hidden layers. */
export function firingRates(counts: Counts, network: NetworkSpec): [number, number] {
  const slots = Math.max(1, counts.timeSteps * network.width);
  return [counts.active[0] / slots, counts.active[1] / slots];
}
