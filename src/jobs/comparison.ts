/**
 * Networks that were trained under equal settings, side by side: quality, spikes, operations, energy, time; means over seeds. What
 * `spikeray compare` writes as compare.json; table, chart and page show it and compute nothing of their own.
 */
import type { Config } from '../config/schema.ts';
import type { EvalReport } from '../eval/eval-report.ts';
import { onFrontier } from '../energy/frontier.ts';

export interface ComparedRun {
  readonly seed: number;
  readonly run: string;
  readonly checkpoint: string;
  readonly step: number;
  readonly trainSeconds: number;
  readonly report: EvalReport;
}

/** A figure of the runs of an entry: their mean, and half the distance between the least and the greatest. */
export interface Figure {
  readonly mean: number;
  readonly spread: number;
}

const FIGURES = [
  ...(['psnr', 'ssim', 'samplesPerRay', 'weightBits', 'spikeBits', 'weightBytes'] as const),
  ...(['macs', 'acs', 'millijoules', 'shifted', 'published', 'skipping', 'trainMinutes'] as const),
];
export type FigureName = (typeof FIGURES)[number];

export interface ComparedEntry {
  readonly name: string;
  /** The settings in which it differs from the others. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly runs: readonly ComparedRun[];
  readonly figures: Readonly<Record<FigureName, Figure>>;
  /** Firing rate of each hidden layer. */
  readonly firing: readonly Figure[];
  /** No other entry has at least its mean PSNR for at most its mean energy, and one of them better. */
  readonly onFrontier: boolean;
}

export interface Comparison {
  readonly schema: 2;
  readonly spikeray: string;
  /** Commit of the program that wrote it; null outside its repository. */
  readonly commit: string | null;
  readonly created: string;
  /** The command that repeats it. */
  readonly command: string;
  readonly scene: { readonly path: string; readonly name: string; readonly fingerprint: string };
  readonly backend: string;
  readonly split: string;
  readonly every: number;
  readonly seeds: readonly number[];
  /** What all entries share, before each one's own settings. */
  readonly config: Config;
  readonly entries: readonly ComparedEntry[];
}

export function comparisonOf(
  entries: readonly Pick<ComparedEntry, 'name' | 'settings' | 'runs'>[],
  about: Omit<Comparison, 'schema' | 'entries'>,
): Comparison {
  const measured = entries.map((entry) => ({ ...entry, figures: figuresOf(entry.runs), firing: firingOf(entry.runs) }));
  const unbeaten = onFrontier(measured.map(({ figures }) => ({ quality: figures.psnr.mean, energy: figures.millijoules.mean })));
  return { schema: 2, ...about, entries: measured.map((entry, i) => ({ ...entry, onFrontier: unbeaten[i] })) };
}

function figuresOf(runs: readonly ComparedRun[]): ComparedEntry['figures'] {
  return Object.fromEntries(FIGURES.map((name) => [name, spreadOf(runs.map((run) => figure(run, name)))])) as Record<FigureName, Figure>;
}

/** Every entry has a colour network, so no rate is missing. */
function firingOf(runs: readonly ComparedRun[]): Figure[] {
  const rates = runs.map(({ report }) => report.firingRates!);
  return rates[0].map((_, layer) => spreadOf(rates.map((ofRun) => ofRun[layer])));
}

function spreadOf(values: readonly number[]): Figure {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    spread: (Math.max(...values) - Math.min(...values)) / 2,
  };
}

/** Bits are NaN of reports from before they were measured. Operations and energy: synapses as executed, an image, 45nm-fp32; `shifted` additions, `published` and `skipping` zeros are energies too. Every entry has a colour network, so nothing is null. */
function figure({ report, trainSeconds }: ComparedRun, name: FigureName): number {
  const energy = report.energy!;
  switch (name) {
    case 'psnr':
    case 'ssim':
      return report[name];
    case 'samplesPerRay':
      return report.counts.samplesPerRay;
    case 'weightBits':
      return report.bits?.meanWeight ?? NaN;
    case 'spikeBits':
      return report.bits?.meanSpike ?? NaN;
    case 'weightBytes':
      return report.bits?.weightBytes ?? NaN;
    case 'macs':
    case 'acs':
      return energy.operationsPerImage.executed[name];
    case 'millijoules':
      return energy.millijoulesPerImage.executed;
    case 'shifted':
    case 'published':
      return energy.millijoulesPerImage[name];
    case 'skipping':
      return energy.millijoulesPerImage.effective;
    case 'trainMinutes':
      return trainSeconds / 60;
  }
}
