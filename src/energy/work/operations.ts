/** Multiply-accumulates and accumulates of the colour network's synapses in a few numbers, for evaluation; the rules are in network-work.ts. */
import type { Counts } from '../../engine/counts.ts';
import type { NetworkSpec } from '../../model/field-spec.ts';
import { networkWork, twinWork, type NetworkRow } from './network-work.ts';
import { sumWork, type Work } from './work.ts';

export interface Operations {
  readonly macs: number;
  readonly acs: number;
}

export interface OperationCounts {
  /** The network as it is. */
  readonly published: Operations;
  readonly executed: Operations;
  /** As executed without zeros, spikes of several bits as shifted additions, one for every one in their binary numbers. */
  readonly shifted: Operations;
  /** Its ANN twin on the same samples: what the same picture costs without spikes. */
  readonly annPublished: Operations;
  readonly annExecuted: Operations;
  /** The twin as executed on hardware that skips inactive ReLUs; of a spiking network, as if they were active where its neurons fire. */
  readonly annSkipping: Operations;
  /** Executed operations whose input is not zero. For a spiking network the same as `executed`. */
  readonly effective: Operations;
}

export function countOperations(counts: Counts, network: NetworkSpec, features: number): OperationCounts {
  const executed = synapses(networkWork(counts, network, features, 'executed'));
  const twin = synapses(twinWork(counts, network, features, 'executed'));
  return {
    published: operations(synapses(networkWork(counts, network, features, 'published'))),
    executed: operations(executed),
    shifted: effective(synapses(networkWork(counts, network, features, 'shifted'))),
    annPublished: operations(synapses(twinWork(counts, network, features, 'published'))),
    annExecuted: operations(twin),
    annSkipping: effective(twin),
    effective: effective(executed),
  };
}

function synapses(rows: readonly NetworkRow[]): Work {
  return sumWork(rows.filter(({ kind }) => kind === 'synapses').map(({ work }) => work));
}

function effective({ effectiveMacs, acs }: Work): Operations {
  return { macs: effectiveMacs, acs };
}

function operations({ macs, acs }: Work): Operations {
  return { macs, acs };
}
