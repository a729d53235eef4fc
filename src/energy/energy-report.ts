/**
 * What evaluation says of energy: operations and their arithmetic alone, beside the ANN twin on the same samples. The whole story (every stage,
 * every hardware model) is told by `spikeray energy`, study.ts.
 */
import type { Counts } from '../engine/counts.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import { horowitz45nmFp32 } from './hardware/horowitz-45nm-fp32.ts';
import { annShares, type AnnShares, type ComparedEnergies } from './ann-shares.ts';
import { countOperations, type OperationCounts, type Operations } from './work/operations.ts';

/** Prices of a MAC and an AC, picojoules. */
export interface CostTable {
  readonly name: string;
  readonly source: string;
  readonly mac: number;
  readonly ac: number;
}

/** The table of the SpikingNeRF paper. */
export const DEFAULT_COSTS: CostTable = {
  name: horowitz45nmFp32.name,
  source: `${horowitz45nmFp32.source} (${horowitz45nmFp32.node})`,
  mac: horowitz45nmFp32.picojoules.mac,
  ac: horowitz45nmFp32.picojoules.ac,
};

/** Millijoules. */
export function energyOf(operations: Operations, costs: CostTable): number {
  return (operations.macs * costs.mac + operations.acs * costs.ac) * 1e-9;
}

/** Millijoules per image for each line of `OperationCounts`. */
export type EnergyLines = Readonly<Record<keyof OperationCounts, number>>;

export interface EnergyReport {
  readonly costs: CostTable;
  /** Mean operations an image. */
  readonly operationsPerImage: OperationCounts;
  readonly millijoulesPerImage: EnergyLines;
  readonly shareOfAnn: AnnShares;
  readonly scope: string;
}

const SCOPE =
  'Arithmetic of the colour network alone. Not counted: grid interpolation, view encoding, membrane updates, sigmoids, compositing, memory traffic.';

/** @param counts of all `images` images together */
export function energyReport(
  counts: Counts,
  images: number,
  network: NetworkSpec,
  features: number,
  costs: CostTable = DEFAULT_COSTS,
): EnergyReport {
  const total = countOperations(counts, network, features);
  const perImage = mapLines(total, ({ macs, acs }) => ({ macs: macs / images, acs: acs / images }));
  const millijoules = mapLines(perImage, (operations) => energyOf(operations, costs));
  return {
    costs,
    operationsPerImage: perImage,
    millijoulesPerImage: millijoules,
    shareOfAnn: annShares(comparedEnergies(millijoules), {
      published: millijoules.annPublished,
      executed: millijoules.annExecuted,
      skipping: millijoules.annSkipping,
    }),
    scope: SCOPE,
  };
}

function mapLines<T>(
  lines: OperationCounts,
  change: (operations: OperationCounts[keyof OperationCounts]) => T,
): Record<keyof OperationCounts, T> {
  return {
    published: change(lines.published),
    executed: change(lines.executed),
    shifted: change(lines.shifted),
    annPublished: change(lines.annPublished),
    annExecuted: change(lines.annExecuted),
    annSkipping: change(lines.annSkipping),
    effective: change(lines.effective),
  };
}

/** Those of the network itself, for a comparison with another. */
export function comparedEnergies({ published, executed, effective, shifted }: Omit<EnergyLines, `ann${string}`>): ComparedEnergies {
  return { published, executed, skipping: effective, shifted };
}
