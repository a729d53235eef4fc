/** What the tables of `eval` and `demo` say of energy. */
import { toldShares, type AnnShares } from '../../energy/ann-shares.ts';
import type { EnergyReport } from '../../energy/energy-report.ts';

/**
 * Millijoules an image as counted in each way that says something new, then the shares of the twin.
 * @param reports a column each: the network, and its trained twin where that is beside it
 * @param shares of the first column; null: it is an ANN itself
 */
export function energyRows(reports: readonly EnergyReport[], shares: AnnShares | null): string[][] {
  const lines = reports.map(({ millijoulesPerImage }) => millijoulesPerImage);
  const row = (label: string, line: keyof (typeof lines)[number]): string[] => [label, ...lines.map((of) => `${of[line].toFixed(2)} mJ`)];
  return [
    row('energy an image, as executed', 'executed'),
    row('  as published', 'published'),
    ...(lines.some(({ effective, executed }) => effective !== executed) ? [row('  skipping inactive ReLUs', 'effective')] : []),
    ...(lines.some(({ shifted, effective }) => shifted !== effective) ? [row('  in shifted additions', 'shifted')] : []),
    ...(shares === null ? [] : toldShares(shares).map(({ twin, text }) => [`  of ${twin}`, text, ...lines.slice(1).map(() => '100.0 %')])),
  ];
}
