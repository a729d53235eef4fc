/** What the gallery says of a run: each fact with its title, its text, and the number that runs are sorted by. */
import { percent } from '../src/base/format.ts';
import { ANN_SHARES, shareText } from '../src/energy/ann-shares.ts';
import { written } from '../src/frames/quantities.ts';
import type { BrokenRun, RunSummary } from './api.ts';

export type Run = RunSummary | BrokenRun;
export const isBroken = (run: Run): run is BrokenRun => 'problem' in run;

export interface RunFact {
  /** In the address of the page. */
  readonly key: string;
  readonly title: string;
  /** null: unknown, or without meaning for this run. */
  readonly text: (run: RunSummary) => string | null;
  /** What runs are sorted by; null: unknown, and last. */
  readonly order: (run: RunSummary) => number | string | null;
  /** The best or newest, which comes first, is the greatest. */
  readonly greatestFirst?: true;
}

export const RUN_FACTS: readonly RunFact[] = [
  { key: 'scene', title: 'scene', text: ({ scene }) => scene.name, order: ({ scene }) => scene.name },
  { key: 'neurons', title: 'neurons', text: ({ neuron }) => (neuron === 'relu' ? 'ReLU (ANN)' : neuron), order: ({ neuron }) => neuron },
  {
    key: 'psnr',
    title: 'PSNR',
    text: ({ quality }) => quality && `${quality.psnr.toFixed(2)} dB, ${quality.split}`,
    order: ({ quality }) => quality?.psnr ?? null,
    greatestFirst: true,
  },
  {
    key: 'ssim',
    title: 'SSIM',
    text: ({ quality }) => quality && quality.ssim.toFixed(3),
    order: ({ quality }) => quality?.ssim ?? null,
    greatestFirst: true,
  },
  {
    key: 'active',
    title: 'active neurons',
    text: ({ quality }) => quality?.firingRates?.map(percent).join(', ') ?? null,
    order: ({ quality }) => quality?.firingRates?.[0] ?? null,
  },
  {
    key: 'energy',
    title: 'energy a pixel',
    text: ({ quality }) => (quality?.nanojoulesPerPixel ? written(quality.nanojoulesPerPixel * 1e-9, 'J') : null),
    order: ({ quality }) => quality?.nanojoulesPerPixel ?? null,
  },
  ...ANN_SHARES.map(({ share, short: title }): RunFact => {
    const shares = ({ neuron, quality }: RunSummary): NonNullable<RunSummary['quality']>['shareOfAnn'] =>
      neuron === 'relu' ? null : (quality?.shareOfAnn ?? null);
    const textOf = (run: RunSummary): string | null => {
      const found = shares(run);
      return found && shareText(found, share);
    };
    return { key: share, title, text: textOf, order: (run) => shares(run)?.[share] ?? null };
  }),
  {
    key: 'trained',
    title: 'trained',
    text: ({ trained, training }) =>
      (trained ? `${trained.stage} step ${trained.step}` : 'not yet saved') + (training ? ', in training' : ''),
    order: ({ trained }) => trained?.step ?? null,
    greatestFirst: true,
  },
  {
    key: 'date',
    title: 'date',
    text: ({ created }) => new Date(created).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'short' }),
    order: ({ created }) => Date.parse(created),
    greatestFirst: true,
  },
];

/** By which runs can be sorted; the first is taken. */
export const ORDERS: readonly RunFact[] = ['date', 'psnr', 'energy', ...RUN_FACTS.map(({ key }) => key)]
  .filter((key, i, all) => all.indexOf(key) === i)
  .map((key) => RUN_FACTS.find((fact) => fact.key === key)!);

/** Runs that have all the words in their name, scene or neurons. */
export function matching(runs: readonly Run[], words: string): Run[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    const text = (isBroken(run) ? [run.name, run.problem] : [run.name, run.scene.name, run.neuron]).join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The best first; runs of which it is not known, then broken ones, come last. @param backward the worst first */
export function sorted(runs: readonly Run[], { order, greatestFirst }: RunFact, backward: boolean): Run[] {
  const sign = (greatestFirst === true) === backward ? 1 : -1;
  const compare = (a: number | string, b: number | string): number => (typeof a === 'string' ? a.localeCompare(String(b)) : a - Number(b));
  const good = runs.filter((run): run is RunSummary => !isBroken(run));
  const keyed = good.map((run) => ({ run, key: order(run) }));
  const known = keyed.flatMap(({ run, key }) => (key === null ? [] : [{ run, key }])).sort((a, b) => sign * compare(a.key, b.key));
  return [...known, ...keyed.filter(({ key }) => key === null)].map(({ run }): Run => run).concat(runs.filter(isBroken));
}

/** Groups in the order of their first runs; broken runs by themselves. */
export function byScene(runs: readonly Run[]): { readonly title: string; readonly runs: readonly Run[] }[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const title = isBroken(run) ? 'cannot be read' : run.scene.name;
    groups.set(title, [...(groups.get(title) ?? []), run]);
  }
  return [...groups].map(([title, of]) => ({ title, runs: of }));
}
