/** All the work of rendered rays as one list of rows, each under the heading of its stage: totals are sums of rows, and nothing is hidden. */
import { representationOf } from '../../model/representations/index.ts';
import type { Counts } from '../../engine/counts.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { networkWork, twinWork, type Counting, type NetworkRow } from './network-work.ts';
import { renderWork, type RenderStage } from './render-work.ts';
import { sumWork, type Work } from './work.ts';

/** `layer n`: synapses. `neurons n`: membrane updates or ReLUs behind layer n. */
export type Stage = RenderStage | `layer ${1 | 2 | 3}` | `neurons ${1 | 2}`;

export interface LedgerRow {
  readonly stage: Stage;
  readonly part: string;
  readonly work: Work;
}

export type Ledger = readonly LedgerRow[];

/** In the order in which a sample passes them. */
export const STAGES: readonly Stage[] = [
  'marching',
  'interpolation',
  'view encoding',
  'layer 1',
  'neurons 1',
  'layer 2',
  'neurons 2',
  'layer 3',
  'compositing',
];

/** The synapses of the network: what published operation counts speak of. */
export const SYNAPSE_STAGES: readonly Stage[] = ['layer 1', 'layer 2', 'layer 3'];
export const NETWORK_STAGES: readonly Stage[] = [...SYNAPSE_STAGES, 'neurons 1', 'neurons 2'];

/** As executed: every stage. As published: the synapses of the network alone, because the paper counts nothing else. */
export function ledgerOf(counts: Counts, spec: FieldSpec, counting: Counting): Ledger {
  const { network } = spec;
  return assemble(counts, spec, counting, network === null ? [] : networkWork(counts, network, representationOf(spec).features, counting));
}

/** The ANN of the same shape on the same samples, computed from the counts. */
export function twinLedger(counts: Counts, spec: FieldSpec, counting: Counting): Ledger {
  const { network } = spec;
  return assemble(counts, spec, counting, network === null ? [] : twinWork(counts, network, representationOf(spec).features, counting));
}

/** The same work on hardware that multiplies no zeros: effective MACs in place of all, and only their weights are read. */
export function skippingZeros(ledger: Ledger): Ledger {
  return ledger.map(({ work, ...row }) => {
    const { macs, effectiveMacs, weightBytes } = work;
    return { ...row, work: { ...work, macs: effectiveMacs, weightBytes: macs === 0 ? weightBytes : (weightBytes * effectiveMacs) / macs } };
  });
}

export function totalWork(ledger: Ledger, stages: readonly Stage[] = STAGES): Work {
  return sumWork(ledger.filter(({ stage }) => stages.includes(stage)).map((row) => row.work));
}

function assemble(counts: Counts, spec: FieldSpec, counting: Counting, network: readonly NetworkRow[]): Ledger {
  const rows = network.map(({ layer, part, kind, work }): LedgerRow => ({ stage: stageOf(layer, kind), part, work }));
  if (counting === 'published') return rows.filter(({ stage }) => SYNAPSE_STAGES.includes(stage));
  return [...rows, ...renderWork(counts, spec)].sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
}

function stageOf(layer: 1 | 2 | 3, kind: NetworkRow['kind']): Stage {
  return kind === 'synapses' ? `layer ${layer}` : `neurons ${layer as 1 | 2}`;
}
