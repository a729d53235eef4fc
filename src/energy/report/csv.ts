/**
 * Counts and energies as a table for spreadsheets: one line for every network, view, counting, stage and part; the line `all views` is their sum.
 * Energies are millijoules, one column a hardware model; empty where the model has no price. A model that prices whole layers (crossbars) has a
 * layer's energy at its first part.
 */
import { COUNTINGS } from '../work/network-work.ts';
import { WORK_KEYS } from '../work/work.ts';
import { rowEnergies, type Subject } from '../hardware/price.ts';
import type { EnergyStudy } from '../study.ts';
import { nameOf } from './summary.ts';

export function energyCsv({ run, twin, against, hardware }: EnergyStudy): string {
  const models = hardware.map(({ model }) => model);
  const heads = ['network', 'view', 'counting', 'stage', 'part', ...WORK_KEYS, ...models.map(({ name }) => `mJ ${name}`)];
  const lines = [heads.map(csvCell).join(',')];
  const add = (network: string, view: string, counting: string, subject: Subject): void => {
    const energies = models.map((model) => rowEnergies(model, subject));
    subject.ledger.forEach(({ stage, part, work }, row) => {
      const prices = energies.map((of) => of[row] ?? '');
      lines.push([network, view, counting, stage, part, ...WORK_KEYS.map((key) => work[key]), ...prices].map(csvCell).join(','));
    });
  };
  for (const subject of against === null ? [run] : [run, against]) {
    const name = subject === run ? nameOf(run) : `compared: ${nameOf(subject)}`;
    const { spec, counts } = subject;
    const spiking = subject.neuron !== 'relu';
    for (const view of subject.views) add(name, view.name, 'executed', { spiking, spec, counts: view.counts, ledger: view.executed });
    for (const counting of COUNTINGS) add(name, 'all views', counting, { spiking, spec, counts, ledger: subject[counting] });
  }
  const { counts } = twin;
  for (const counting of COUNTINGS)
    add('twin (computed)', 'all views', counting, { spiking: false, spec: run.spec, counts, ledger: twin[counting] });
  return `${lines.join('\n')}\n`;
}

/** RFC 4180: quoted where needed. */
export function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
