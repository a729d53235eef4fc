/** All the work of rendered rays as one list of rows, each under the heading of its stage: totals are sums of rows, and nothing is hidden. */
import { featureInputs } from '../../model/feature-encoding.ts';
import type { Counts } from '../../engine/counts.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { networkWork, twinWork, type Counting, type NetworkRow } from './network-work.ts';
import { renderWork, type RenderStage } from './render-work.ts';
import { sumWork, type Work } from './work.ts';

/** `layer n`: synapses. `neurons n`: membrane updates or ReLUs behind layer n. */
export type Stage = RenderStage | `layer ${number}` | `neurons ${number}`;

export interface LedgerRow {
  readonly stage: Stage;
  readonly part: string;
  readonly work: Work;
}

export type Ledger = readonly LedgerRow[];

/** The synapses of the network: what published operation counts speak of. */
export function isSynapses(stage: Stage): boolean {
  return stage.startsWith('layer ');
}

/** Synapses and neurons. */
export function isNetwork(stage: Stage): boolean {
  return isSynapses(stage) || stage.startsWith('neurons ');
}

const BEFORE_NETWORK: readonly Stage[] = ['skip mask', 'marching', 'interpolation', 'feature encoding', 'view encoding'];

/** Stages in the order in which a sample passes them: of a network its layers, each with its neurons. */
export function inPassing(a: Stage, b: Stage): number {
  return placeOf(a) - placeOf(b);
}

function placeOf(stage: Stage): number {
  if (!isNetwork(stage)) return BEFORE_NETWORK.includes(stage) ? BEFORE_NETWORK.indexOf(stage) : Infinity;
  return BEFORE_NETWORK.length + 2 * Number(stage.slice(stage.indexOf(' '))) + (isSynapses(stage) ? 0 : 1);
}

/** As executed: every stage. As published: the synapses of the network alone, because the paper counts nothing else. */
export function ledgerOf(counts: Counts, spec: FieldSpec, counting: Counting): Ledger {
  const { network } = spec;
  return assemble(counts, spec, counting, network === null ? [] : networkWork(counts, network, featureInputs(spec), counting));
}

/** The ANN of the same shape on the same samples, computed from the counts. */
export function twinLedger(counts: Counts, spec: FieldSpec, counting: Counting): Ledger {
  const { network } = spec;
  return assemble(counts, spec, counting, network === null ? [] : twinWork(counts, network, featureInputs(spec), counting));
}

/** The same work on hardware that multiplies no zeros: effective MACs in place of all, and only their weights are read. */
export function skippingZeros(ledger: Ledger): Ledger {
  return ledger.map(({ work, ...row }) => {
    const { macs, effectiveMacs, weightBytes } = work;
    return { ...row, work: { ...work, macs: effectiveMacs, weightBytes: macs === 0 ? weightBytes : (weightBytes * effectiveMacs) / macs } };
  });
}

/** @param counts which stages; default: all */
export function totalWork(ledger: Ledger, counts: (stage: Stage) => boolean = () => true): Work {
  return sumWork(ledger.filter(({ stage }) => counts(stage)).map((row) => row.work));
}

function assemble(counts: Counts, spec: FieldSpec, counting: Counting, network: readonly NetworkRow[]): Ledger {
  const rows = network.map(({ layer, part, kind, work }): LedgerRow => ({ stage: stageOf(layer, kind), part, work }));
  if (counting === 'published') return rows.filter(({ stage }) => isSynapses(stage));
  return [...rows, ...renderWork(counts, spec)].sort((a, b) => inPassing(a.stage, b.stage));
}

function stageOf(layer: number, kind: NetworkRow['kind']): Stage {
  return kind === 'synapses' ? `layer ${layer}` : `neurons ${layer}`;
}
