/** The frontier over many runs as a table, for the terminal and for pasting, and as CSV. */
import { percent } from '../../base/format.ts';
import type { Frontier, FrontierRun } from '../frontier.ts';
import { three } from './numbers.ts';

export const HEADS = [
  'run',
  'neuron',
  'step',
  'PSNR, dB',
  'mJ, as executed',
  'mJ, skipping zeros, shifted additions',
  'mJ, as published',
  'mJ, whole renderer',
  'active neurons',
  'frontier',
] as const;

/** The cheapest first. */
export function cheapestFirst({ runs }: Frontier): FrontierRun[] {
  return [...runs].sort((a, b) => (a.millijoules.executed ?? Infinity) - (b.millijoules.executed ?? Infinity));
}

/** Texts beside HEADS. */
export function cells({ subject, millijoules, onFrontier }: FrontierRun): string[] {
  const energy = (value: number | null): string => (value === null ? '–' : three(value));
  return [
    subject.origin.run,
    subject.neuron,
    String(subject.origin.step),
    subject.psnr.toFixed(2),
    energy(millijoules.executed),
    energy(millijoules.shifted),
    energy(millijoules.published),
    energy(millijoules.all),
    subject.firingRates.map(percent).join(', '),
    onFrontier ? 'yes' : '',
  ];
}

export function frontierMarkdown(frontier: Frontier): string {
  const line = (values: readonly string[]): string => `| ${values.join(' | ')} |\n`;
  return (
    line(HEADS) +
    line(HEADS.map((_, i) => (i < 2 ? '---' : '---:'))) +
    cheapestFirst(frontier)
      .map((run) => line(cells(run)))
      .join('')
  );
}

export function frontierCsv(frontier: Frontier): string {
  const quoted = (text: string | number | null): string =>
    typeof text === 'string' ? `"${text.replaceAll('"', '""')}"` : String(text ?? '');
  const runs = cheapestFirst(frontier);
  const depths = [...Array(Math.max(...runs.map(({ subject }) => subject.firingRates.length))).keys()];
  const active = depths.map((layer) => `active_${layer + 1}`).join(',');
  const rows = runs.map(({ subject, millijoules, onFrontier }) =>
    [
      subject.origin.run,
      subject.neuron,
      subject.origin.step,
      subject.psnr,
      millijoules.executed,
      millijoules.shifted,
      millijoules.published,
      millijoules.all,
      ...depths.map((layer) => subject.firingRates[layer] ?? null),
      onFrontier ? 1 : 0,
    ]
      .map(quoted)
      .join(','),
  );
  return `${[`run,neuron,step,psnr_db,mj_executed,mj_shifted,mj_published,mj_all,${active},on_frontier`, ...rows].join('\n')}\n`;
}
