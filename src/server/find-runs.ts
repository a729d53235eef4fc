/** Looks for run folders below the served folders, and tells of each what the gallery shows. */
import { createHash } from 'node:crypto';
import { basename, relative, resolve } from 'node:path';
import { SCENE_FILE } from '../baked/baked-scene.ts';
import { nodeFiles } from '../node/node-files.ts';
import { InputError } from '../base/errors.ts';
import type { AnnShares } from '../energy/energy-report.ts';
import type { EvalReport } from '../eval/eval-report.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { decodeRecord, type RunRecord } from '../run/run-record.ts';

/** Folders inside folders: runs/demo/spiking, and its teacher. */
const DEEPEST = 4;

/** Inside a run there are only runs of its own below these names. */
const NOT_RUNS = new Set(['checkpoints', 'eval', 'render', 'report', 'export', 'node_modules']);

/** Beside its config.json a run has at least one of them, once it has been trained for some seconds. */
const RUN_NAMES = new Set(['metrics.jsonl', 'checkpoints']);

/** Not worth asking whether it is a folder: scenes have hundreds of them. */
const FILE_NAME = /\.(png|jpe?g|webp|jsonl?|npy|txt|bin|ply|html|csv|md|log)$/i;

export interface FoundRun {
  /** In URLs; the same as long as the run lies where it lies. */
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  /** As people know it: from the served folder on. */
  readonly name: string;
  /** Not the run itself, but its field exported for the web. */
  readonly baked: boolean;
}

export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly scene: { readonly name: string; readonly format: string; readonly fingerprint: string };
  readonly neuron: string;
  /** Newest checkpoint; null before the first. */
  readonly trained: { readonly stage: string; readonly step: number } | null;
  readonly quality: Quality | null;
  /** Address of a picture of it. */
  readonly picture: string | null;
}

/** What the run's evaluation found. */
interface Quality {
  readonly split: string;
  readonly psnr: number;
  readonly ssim: number;
  readonly firingRates: readonly [number, number] | null;
  readonly millijoules: number | null;
  readonly shareOfAnn: AnnShares | null;
}

/** A run that cannot be shown, and why. */
export interface BrokenRun {
  readonly id: string;
  readonly name: string;
  readonly problem: string;
}

/** @throws InputError if a served folder does not exist */
export async function findRuns(served: readonly string[]): Promise<FoundRun[]> {
  const found = new Map<string, FoundRun>();
  for (const given of served) {
    const root = resolve(given);
    if ((await nodeFiles.kind(root)) !== 'folder')
      throw new InputError(`${given}: expected a run folder, or a folder with runs in it; there is no such folder`, 'Check the path.');
    await visit(root, root, 0, found);
  }
  return [...found.values()];
}

async function visit(root: string, folder: string, depth: number, found: Map<string, FoundRun>): Promise<void> {
  const names = await nodeFiles.list(folder);
  const baked = names.includes(SCENE_FILE);
  if (!found.has(folder) && (baked || (await isRun(folder, names)))) {
    const name = relative(root, folder).replaceAll('\\', '/') || basename(folder);
    const hash = createHash('sha256').update(folder).digest('hex').slice(0, 6);
    found.set(folder, { id: `${name.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '')}-${hash}`, folder, name, baked });
  }
  if (depth === DEEPEST) return;
  for (const name of names) {
    if (name.startsWith('.') || NOT_RUNS.has(name) || FILE_NAME.test(name)) continue;
    const path = `${folder}/${name}`;
    if ((await nodeFiles.kind(path)) === 'folder') await visit(root, path, depth + 1, found);
  }
}

async function isRun(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.includes('config.json')) return false;
  if (names.some((name) => RUN_NAMES.has(name))) return true;
  return new TextDecoder().decode(await nodeFiles.read(`${folder}/config.json`)).includes('"spikeray"');
}

/** Throws InputError if config.json cannot be read. */
export async function readRecord({ folder }: FoundRun): Promise<RunRecord> {
  const path = `${folder}/config.json`;
  return decodeRecord(await nodeFiles.read(path), path);
}

export async function summarise(run: FoundRun): Promise<RunSummary | BrokenRun> {
  const { id, folder, name } = run;
  try {
    const record = await readRecord(run);
    const newest = (await listCheckpoints(nodeFiles, `${folder}/checkpoints`)).at(-1);
    const [, stage, step] = /^(\w+)-(\d+)/.exec(newest ?? '') ?? [];
    const { scene, created, config } = record;
    return {
      id,
      name,
      created,
      scene: { name: scene.name, format: scene.format, fingerprint: scene.fingerprint },
      neuron: config.network.neuron,
      trained: stage === undefined ? null : { stage, step: Number(step) },
      ...(await readQuality(folder, id)),
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { id, name, problem: error.message };
  }
}

/**
 * Of the first split that was evaluated.
 *
 * @param id of the run, in addresses
 */
export async function readQuality(folder: string, id: string): Promise<Pick<RunSummary, 'quality' | 'picture'>> {
  for (const split of ['test', 'val', 'train']) {
    const report = await readReport(`${folder}/eval/${split}/metrics.json`);
    if (report === null) continue;
    const { psnr, ssim, firingRates, energy, perView } = report;
    const quality = {
      split,
      psnr,
      ssim,
      firingRates,
      millijoules: energy && energy.millijoulesPerImage.executed,
      // Reports of older versions have two of the shares.
      shareOfAnn: energy && 'skipping' in energy.shareOfAnn ? energy.shareOfAnn : null,
    };
    const picture = `eval/${split}/${perView[0].name}.png`;
    const there = (await nodeFiles.kind(`${folder}/${picture}`)) === 'file';
    return { quality, picture: there ? `runs/${id}/${picture.split('/').map(encodeURIComponent).join('/')}` : null };
  }
  return { quality: null, picture: null };
}

async function readReport(path: string): Promise<EvalReport | null> {
  if ((await nodeFiles.kind(path)) !== 'file') return null;
  try {
    return JSON.parse(new TextDecoder().decode(await nodeFiles.read(path))) as EvalReport;
  } catch (cause) {
    throw new InputError(`${path}: expected JSON: ${(cause as Error).message}`, 'Run `spikeray eval` again.', { cause });
  }
}
