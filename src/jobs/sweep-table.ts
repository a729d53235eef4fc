/**
 * What came of a sweep: of each network (an entry under a setting) its figures in each scene, and their mean over the scenes; means and standard
 * deviations over seeds. The deviation of a mean over scenes is that of the seeds' means, so it needs every scene of every seed. Nothing that is missing
 * is left out in silence: it is listed with the reason.
 */
import { TWIN } from '../config/compare-entries.ts';
import type { Files } from '../io/files.ts';
import { runFolder, type Sweep } from './sweep.ts';
import { readResult, type RunResult } from './run-result.ts';
import type { Job } from './job-plan.ts';
import type { Published } from './published.ts';

/** Energies: millijoules an image, of the colour network's arithmetic (src/energy/energy-report.ts). */
export const QUANTITIES = ['psnr', 'ssim', 'executed', 'skipping', 'shifted', 'published', 'minutes', 'bytes', 'samplesPerRay'] as const;
export type Quantity = (typeof QUANTITIES)[number];
export type Values = Readonly<Record<Quantity, number>>;

export interface Figure {
  readonly mean: number;
  /** That of a sample (n - 1); null with fewer than two seeds. */
  readonly deviation: number | null;
}
export type Figures = Readonly<Record<Quantity, Figure>>;

/** A run of the plan. */
export interface Row {
  readonly index: number;
  readonly scene: string;
  readonly network: string;
  readonly entry: string;
  readonly setting: string;
  readonly seed: number;
  readonly folder: string;
  readonly values: Values | null;
  /** What it was measured on: "20 test views of 800x800"; null: it was not. */
  readonly measured: string | null;
  /** null: nothing is. */
  readonly missing: string | null;
}

export interface Cell {
  readonly scene: string;
  /** Seeds that were measured. */
  readonly seeds: number;
  /** null: none was. */
  readonly figures: Figures | null;
}

export interface Network {
  readonly name: string;
  readonly isTwin: boolean;
  /** Name of the twin under the same setting. */
  readonly twin: string | null;
  readonly cells: readonly Cell[];
  /** Over the scenes; null unless every scene has a figure. */
  readonly mean: Figures | null;
}

export interface SweepTable {
  readonly title: string;
  readonly scenes: readonly string[];
  readonly seeds: readonly number[];
  readonly networks: readonly Network[];
  readonly rows: readonly Row[];
  readonly published: readonly Published[];
}

/** Reads the results one by one, and keeps of each what the table shows. Throws InputError for a damaged one. */
export async function tabulate(files: Files, sweep: Sweep): Promise<SweepTable> {
  const rows: Row[] = [];
  for (const [index, job] of sweep.jobs.entries()) {
    const folder = runFolder(sweep, index);
    rows.push(rowOf(index, job, await readResult(files, folder), (await files.kind(`${folder}/config.json`)) === 'file'));
  }
  const { title, published } = sweep.plan.about ?? { title: '', published: [] };
  const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
  const scenes = unique(rows.map(({ scene }) => scene));
  const names = unique(rows.map(({ network }) => network));
  return {
    title,
    scenes,
    seeds: unique(rows.map(({ seed }) => seed)),
    networks: names.map((name) => networkOf(name, rows, scenes)),
    rows,
    published,
  };
}

function rowOf(index: number, job: Job, result: RunResult | null, begun: boolean): Row {
  const { entry, setting, seed, folder } = job;
  const about = { index, scene: job.scene.name, network: networkName(entry, setting), entry, setting, seed, folder };
  if (result?.status !== 'measured') return { ...about, values: null, measured: null, missing: whyMissing(result, begun) };
  const { training, measuring } = result;
  const { psnr, ssim, energy, counts, views, split, imageSize } = measuring.report;
  const { executed, effective, shifted, published } = energy!.millijoulesPerImage;
  return {
    ...about,
    values: {
      ...{ psnr, ssim, executed, skipping: effective, shifted, published },
      minutes: training.seconds / 60,
      bytes: training.peakMemory ?? NaN,
      samplesPerRay: counts.samplesPerRay,
    },
    measured: `${views} ${split} views of ${imageSize.width}x${imageSize.height}`,
    missing: null,
  };
}

function networkName(entry: string, setting: string): string {
  return setting === '' ? entry : `${entry} (${setting})`;
}

function whyMissing(result: RunResult | null, begun: boolean): string {
  if (result === null) return begun ? 'begun' : 'not begun';
  if (result.status === 'failed') return `failed: ${result.error.message}`;
  if (result.status === 'trained') return 'trained, not measured';
  return `interrupted at ${result.training.stage} step ${result.training.step}`;
}

function networkOf(name: string, all: readonly Row[], scenes: readonly string[]): Network {
  const rows = all.filter(({ network }) => network === name);
  const [{ entry, setting }] = rows;
  const twin = networkName(TWIN, setting);
  const cells = scenes.map((scene): Cell => {
    const found = rows.flatMap((row) => (row.scene === scene && row.values !== null ? [row.values] : []));
    return { scene, seeds: found.length, figures: found.length === 0 ? null : figuresOf(found) };
  });
  return {
    name,
    isTwin: entry === TWIN,
    twin: all.some(({ network }) => network === twin) ? twin : null,
    cells,
    mean: meanOf(rows, cells),
  };
}

function meanOf(rows: readonly Row[], cells: readonly Cell[]): Figures | null {
  const known = cells.flatMap(({ figures }) => figures ?? []);
  if (known.length < cells.length) return null;
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  const ofSeed = seeds.map((seed) => rows.flatMap((row) => (row.seed === seed && row.values !== null ? [row.values] : [])));
  const complete = ofSeed.every((values) => values.length === cells.length);
  const figure = (quantity: Quantity): Figure => ({
    mean: average(known.map((figures) => figures[quantity].mean)),
    deviation: complete ? deviation(ofSeed.map((values) => average(values.map((value) => value[quantity])))) : null,
  });
  return record(figure);
}

function figuresOf(values: readonly Values[]): Figures {
  return record((quantity) => {
    const numbers = values.map((value) => value[quantity]);
    return { mean: average(numbers), deviation: deviation(numbers) };
  });
}

function record(figure: (quantity: Quantity) => Figure): Figures {
  return Object.fromEntries(QUANTITIES.map((quantity) => [quantity, figure(quantity)])) as Record<Quantity, Figure>;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = average(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
