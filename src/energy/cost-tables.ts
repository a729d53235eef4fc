/**
 * Energy of one operation, picojoules, as published for named technologies. A MAC is a multiplication and an addition.
 *
 * 45 nm, 0.9 V: M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9:
 *     fp32 multiply 3.7, add 0.9      fp16 multiply 1.1, add 0.4      int8 multiply 0.2, add 0.03
 * The pair 4.6 / 0.9 pJ is what SpikingNeRF and most papers on spiking networks use.
 */
import type { Operations } from './operations.ts';

export interface CostTable {
  readonly name: string;
  readonly source: string;
  /** pJ */
  readonly mac: number;
  readonly ac: number;
}

const HOROWITZ = 'Horowitz, ISSCC 2014, figure 1.1.9 (45 nm, 0.9 V)';

export const COST_TABLES = [
  { name: '45nm-fp32', source: HOROWITZ, mac: 4.6, ac: 0.9 },
  { name: '45nm-fp16', source: HOROWITZ, mac: 1.5, ac: 0.4 },
  { name: '45nm-int8', source: HOROWITZ, mac: 0.23, ac: 0.03 },
] as const satisfies readonly CostTable[];

/** The table of the SpikingNeRF paper. */
export const DEFAULT_COSTS: CostTable = COST_TABLES[0];

/** Millijoules. */
export function energyOf(operations: Operations, costs: CostTable): number {
  return (operations.macs * costs.mac + operations.acs * costs.ac) * 1e-9;
}
