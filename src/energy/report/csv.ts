/** The counts as a table for spreadsheets: one line for every network, view, counting, stage and part; the line `all views` is their sum. */
import { WORK_KEYS } from '../work/work.ts';
import type { Ledger } from '../work/ledger.ts';
import type { EnergyStudy } from '../study.ts';
import { nameOf } from './summary.ts';

export function energyCsv({ run, twin, against }: EnergyStudy): string {
  const lines = [['network', 'view', 'counting', 'stage', 'part', ...WORK_KEYS].join(',')];
  const add = (network: string, view: string, counting: string, ledger: Ledger): void => {
    for (const { stage, part, work } of ledger)
      lines.push([network, view, counting, stage, part, ...WORK_KEYS.map((key) => work[key])].map(csvCell).join(','));
  };
  for (const subject of against === null ? [run] : [run, against]) {
    const name = subject === run ? nameOf(run) : `compared: ${nameOf(subject)}`;
    for (const view of subject.views) add(name, view.name, 'executed', view.executed);
    add(name, 'all views', 'executed', subject.executed);
    add(name, 'all views', 'published', subject.published);
  }
  add('twin (computed)', 'all views', 'executed', twin.executed);
  add('twin (computed)', 'all views', 'published', twin.published);
  return `${lines.join('\n')}\n`;
}

/** RFC 4180: quoted where needed. */
export function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
