/**
 * Looks for run folders below the served folders, and tells of each what the gallery shows. What cannot be read is shown as broken, with the
 * reason, and harms no other. Links are followed to a run, not searched: they may lead anywhere, and in circles.
 */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { SCENE_FILE } from '../baked/baked-scene.ts';
import { holderOf } from '../node/lock-folder.ts';
import { nodeFiles } from '../node/node-files.ts';
import { InputError } from '../base/errors.ts';
import { type Quality, readQuality } from '../eval/read-quality.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { decodeRecord, LARGEST_RECORD, type RunRecord } from '../run/run-record.ts';

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
  /** Why the folder cannot be looked into. */
  readonly problem?: string;
}

export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly created: string;
  readonly scene: { readonly name: string; readonly format: string; readonly fingerprint: string };
  readonly neuron: string;
  /** Newest checkpoint; null before the first. */
  readonly trained: { readonly stage: string; readonly step: number } | null;
  /** It is being trained, by this process or another. */
  readonly training: boolean;
  readonly quality: Quality | null;
  /** Address of a picture of it. */
  readonly picture: string | null;
  /** The evaluated view with most to see, which the picture shows. */
  readonly showcase: { readonly split: string; readonly name: string } | null;
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
    for (const run of await visit(root, root, 0)) if (!found.has(run.folder)) found.set(run.folder, run);
  }
  return [...found.values()];
}

/** Folders beside each other are looked into at once: a disk, or a busy machine, answers many questions in the time of a few. */
async function visit(root: string, folder: string, depth: number): Promise<FoundRun[]> {
  const linked = depth > 0 && (await lstat(folder)).isSymbolicLink();
  const run = (baked: boolean, problem?: string): FoundRun => {
    const name = relative(root, folder).replaceAll('\\', '/') || basename(folder);
    const hash = createHash('sha256').update(folder).digest('hex').slice(0, 6);
    return { id: `${name.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '')}-${hash}`, folder, name, baked, problem };
  };
  let names: string[];
  const own: FoundRun[] = [];
  try {
    names = await nodeFiles.list(folder);
    const baked = names.includes(SCENE_FILE);
    if (baked || (await isRun(folder, names))) own.push(run(baked));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // What a link leads to is nobody's run before it has shown that it is one.
    return linked ? [] : [run(false, error.message)];
  }
  if (depth === DEEPEST || linked) return own;
  const below = names
    .filter((name) => !(name.startsWith('.') || NOT_RUNS.has(name) || FILE_NAME.test(name)))
    .map(async (name) => {
      const path = `${folder}/${name}`;
      return (await isFolder(path)) ? visit(root, path, depth + 1) : [];
    });
  return [...own, ...(await Promise.all(below)).flat()];
}

/** What cannot be asked (a link in a circle) is none. */
async function isFolder(path: string): Promise<boolean> {
  return nodeFiles.kind(path).then(
    (kind) => kind === 'folder',
    (error: unknown) => {
      if (error instanceof InputError) return false;
      throw error;
    },
  );
}

async function isRun(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.includes('config.json')) return false;
  if (names.some((name) => RUN_NAMES.has(name))) return true;
  return new TextDecoder().decode(await nodeFiles.read(`${folder}/config.json`, LARGEST_RECORD)).includes('"spikeray"');
}

/** Throws InputError if config.json cannot be read. */
export async function readRecord({ folder }: FoundRun): Promise<RunRecord> {
  const path = `${folder}/config.json`;
  return decodeRecord(await nodeFiles.read(path, LARGEST_RECORD), path);
}

export async function summarise(run: FoundRun): Promise<RunSummary | BrokenRun> {
  const { id, folder, name } = run;
  if (run.problem !== undefined) return { id, name, problem: run.problem };
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
      training: await isTrained(folder),
      ...(await shownQuality(folder, id)),
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { id, name, problem: error.message };
  }
}

/** Commands that write into a run and do not train it. */
const MEASURING = /^spikeray (eval|render|probe|energy|export|skip)\b/;

/** Whoever writes the run says so in its lock. */
async function isTrained(folder: string): Promise<boolean> {
  const holder = await holderOf(folder);
  return holder !== null && !MEASURING.test(holder.command);
}

/**
 * What the run's evaluation found, with the picture that it made.
 *
 * @param id of the run, in addresses
 */
async function shownQuality(folder: string, id: string): Promise<Pick<RunSummary, 'quality' | 'picture' | 'showcase'>> {
  const found = await readQuality(nodeFiles, folder);
  if (found === null) return { quality: null, picture: null, showcase: null };
  const { quality, showcase, picture } = found;
  const address = picture === null ? null : `runs/${id}/${picture.split('/').map(encodeURIComponent).join('/')}`;
  return { quality, picture: address, showcase };
}
