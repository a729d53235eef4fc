/**
 * What the page keeps in the browser:
 *
 *     /scenes/NAME/        a scene, as it was dropped or generated
 *     /scenes/NAME.json    written last: without it the scene is half there, and goes at the next start
 *     /runs/NAME/          a run (src/run/run-folder.ts); its config.json is written last when it comes from elsewhere
 *     /out/                what was made for a download
 */
import { z } from 'zod';
import { detectFormat } from '../../datasets/index.ts';
import { writeSyntheticScene, type SynthOptions } from '../../datasets/synth/write-synthetic-scene.ts';
import { InputError } from '../base/errors.ts';
import { evalReportSchema, type EvalReport } from '../eval/eval-report.ts';
import { checkJson, LARGEST_JSON, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';
import { readResult, type RunResult } from '../jobs/run-result.ts';
import { whyFinished } from '../jobs/train-into.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { whileLocked, type LockFolder } from '../run/folder-lock.ts';
import { openRun, type RunFolder } from '../run/run-folder.ts';
import { decodeRecord, encodeRecord } from '../run/run-record.ts';
import { checkRoom, type IncomingFolder } from './incoming.ts';
import { pageCodec } from './page-codec.ts';

export const SCENES = '/scenes';
export const RUNS = '/runs';
export const OUT = '/out';

/** A scene that came with its run. */
export const OWN_SCENE = 'scene';

const sceneSchema = z.object({
  added: z.string(),
  /** Of its training views; null: it was not looked at yet. */
  fingerprint: z.string().nullable(),
});

export interface KeptScene {
  readonly name: string;
  readonly fingerprint: string | null;
}

export interface KeptRun {
  readonly name: string;
  readonly created: string;
  readonly scene: string;
  readonly neuron: string;
  /** Newest checkpoint; null before the first. */
  readonly trained: { readonly stage: string; readonly step: number } | null;
  readonly status: RunResult['status'] | null;
  /** Whether training can go on: something is left to do, and there is something to begin with. */
  readonly unfinished: boolean;
  /** Where its held-out views were measured, and what was found; null: not yet. */
  readonly measured: Pick<EvalReport, 'split' | 'psnr' | 'ssim' | 'firingRates' | 'energy'> | null;
  /** What is wrong with it; null: nothing. */
  readonly problem: string | null;
}

export class Library {
  private readonly files: Files;
  private readonly lock: LockFolder;

  constructor(files: Files, lock: LockFolder) {
    this.files = files;
    this.lock = lock;
  }

  async scenes(): Promise<KeptScene[]> {
    const names = await this.namesIn(SCENES);
    const kept: KeptScene[] = [];
    for (const name of names) {
      if (!names.includes(`${name}.json`)) continue;
      const file = `${SCENES}/${name}.json`;
      const { fingerprint } = checkJson(sceneSchema, parseJson(await this.files.read(file, LARGEST_JSON), file), file);
      kept.push({ name, fingerprint });
    }
    return kept;
  }

  async runs(): Promise<KeptRun[]> {
    const names = await this.namesIn(RUNS);
    const kept = await Promise.all(names.map((name) => this.describe(name)));
    return kept.filter((run) => run !== null).sort((a, b) => b.created.localeCompare(a.created));
  }

  /** Takes away what closed tabs left half done. What is in use stays. */
  async tidy(): Promise<void> {
    const { files } = this;
    await files.remove(OUT);
    const scenes = await this.namesIn(SCENES);
    const half = [
      ...scenes.filter((name) => !name.endsWith('.json') && !scenes.includes(`${name}.json`)).map((name) => `${SCENES}/${name}`),
      ...(await this.runsWithoutRecord()),
    ];
    for (const folder of half) await whileFree(this.lock, folder, () => files.remove(folder));
  }

  /** Throws InputError for what is neither scene nor run; then nothing is kept of it. */
  async keep(incoming: IncomingFolder, loaded: (done: number, total: number) => void): Promise<{ kind: 'scene' | 'run'; name: string }> {
    const isRun = ['config.json', 'checkpoints/'].every((start) => incoming.files.some(({ path }) => path.startsWith(start)));
    const place = isRun ? RUNS : SCENES;
    await checkRoom(incoming);
    const name = await this.freeName(place, incoming.name);
    await this.whole(`${place}/${name}`, async (folder) => {
      let done = 0;
      for (const { path, read } of incoming.files) {
        const bytes = await read();
        // Last of all: it makes the folder a run.
        if (!(isRun && path === 'config.json')) await this.files.writeAtomic(`${folder}/${path}`, [bytes]);
        loaded(++done, incoming.files.length);
      }
      if (!isRun) await detectFormat(folder, this.files);
      else await this.finishRun(folder, await incoming.files.find(({ path }) => path === 'config.json')!.read());
    });
    if (!isRun) await this.finishScene(name, null);
    return { kind: isRun ? 'run' : 'scene', name };
  }

  /** Renders a generated scene into the library; gives its name there. */
  async generate(options: Pick<SynthOptions, 'scene' | 'views' | 'size' | 'seed' | 'report'>): Promise<string> {
    const name = await this.freeName(SCENES, `${options.scene}-${options.size}`);
    await this.whole(`${SCENES}/${name}`, (folder) =>
      writeSyntheticScene({ ...options, folder, files: this.files, images: pageCodec(this.files) }),
    );
    await this.finishScene(name, null);
    return name;
  }

  /** A scene was looked at. */
  async finishScene(name: string, fingerprint: string | null): Promise<void> {
    const about = { added: new Date().toISOString(), fingerprint };
    await this.files.writeAtomic(`${SCENES}/${name}.json`, [new TextEncoder().encode(JSON.stringify(about))]);
  }

  /** Throws LockedError while it is in use. */
  async remove(kind: 'scene' | 'run', name: string): Promise<void> {
    const folder = `${kind === 'scene' ? SCENES : RUNS}/${name}`;
    await whileLocked(this.lock, folder, async () => {
      if (kind === 'scene') await this.files.remove(`${folder}.json`);
      else await this.files.remove(`${folder}/config.json`);
      await this.files.remove(folder);
    });
  }

  /** A run whose scene is there: where it says, or the kept one with its fingerprint. Throws InputError if there is none. */
  async openWithScene(name: string): Promise<RunFolder> {
    const run = await openRun(this.files, `${RUNS}/${name}`);
    const { scene } = run.record;
    if ((await this.files.kind(scene.path)) === 'folder') return run;
    const same = (await this.scenes()).find(({ fingerprint }) => fingerprint === scene.fingerprint);
    if (same === undefined)
      throw new InputError(
        `the scene of the run, ${scene.name}, is not here`,
        'Drop its folder or its zip first; it is known by its content.',
      );
    return run.rewrite({ ...run.record, scene: { ...scene, path: `${SCENES}/${same.name}` } });
  }

  /** The name, or with the first free number behind it. */
  async freeName(place: string, wanted: string): Promise<string> {
    const plain =
      wanted
        .replace(/[^\p{L}\p{N}_.-]+/gu, '_')
        .replace(/^\.+/, '')
        .replace(/\.json$/, '')
        .slice(0, 60) || 'unnamed';
    for (let number = 1; ; number++) {
      const name = number === 1 ? plain : `${plain}-${number}`;
      if ((await this.files.kind(`${place}/${name}`)) === 'missing') return name;
    }
  }

  /** Fills a new folder, or leaves none. */
  private async whole(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
    await whileLocked(this.lock, folder, async () => {
      try {
        await fill(folder);
      } catch (error) {
        await this.files.remove(folder);
        throw error;
      }
    });
  }

  /** The scene that came with a run lies below it from now on. */
  private async finishRun(folder: string, bytes: Uint8Array): Promise<void> {
    const record = decodeRecord(bytes, 'config.json');
    const own = `${folder}/${OWN_SCENE}`;
    const path = (await this.files.kind(own)) === 'folder' ? own : record.scene.path;
    await this.files.writeAtomic(`${folder}/config.json`, [encodeRecord({ ...record, scene: { ...record.scene, path } })]);
  }

  private async namesIn(folder: string): Promise<string[]> {
    return (await this.files.kind(folder)) === 'folder' ? this.files.list(folder) : [];
  }

  private async runsWithoutRecord(): Promise<string[]> {
    const folders = (await this.namesIn(RUNS)).map((name) => `${RUNS}/${name}`);
    const kinds = await Promise.all(folders.map((folder) => this.files.kind(`${folder}/config.json`)));
    return folders.filter((_, i) => kinds[i] !== 'file');
  }

  /** null: it is just coming in. */
  private async describe(name: string): Promise<KeptRun | null> {
    const folder = `${RUNS}/${name}`;
    if ((await this.files.kind(`${folder}/config.json`)) !== 'file') return null;
    const nothing = { name, created: '', scene: '', neuron: '', trained: null, status: null, unfinished: false, measured: null };
    try {
      const { record } = await openRun(this.files, folder);
      const newest = (await listCheckpoints(this.files, `${folder}/checkpoints`)).at(-1);
      const [, stage, step] = /^(\w+)-(\d+)/.exec(newest ?? '') ?? [];
      const trained = stage === 'coarse' || stage === 'fine' ? ({ stage, step: Number(step) } as const) : null;
      const result = await readResult(this.files, folder);
      const seconds = result === null || result.status === 'failed' ? 0 : result.training.seconds;
      return {
        ...{ name, created: record.created, scene: record.scene.name, neuron: record.config.network.neuron, trained },
        status: result?.status ?? null,
        // A teacher is saved before its pupil.
        unfinished:
          trained === null ? record.config.distillation.teacher === 'twin' : whyFinished({ ...trained, seconds }, record.config) === null,
        measured: await this.measurement(folder),
        problem: null,
      };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { ...nothing, problem: error.message };
    }
  }

  private async measurement(folder: string): Promise<KeptRun['measured']> {
    for (const split of ['test', 'val']) {
      const file = `${folder}/eval/${split}/metrics.json`;
      if ((await this.files.kind(file)) !== 'file') continue;
      const json = parseJson(await this.files.read(file, LARGEST_JSON), file);
      checkJson(evalReportSchema, json, file);
      const { psnr, ssim, firingRates, energy } = json as EvalReport;
      return { split, psnr, ssim, firingRates, energy };
    }
    return null;
  }
}

/** Does nothing where somebody else is at it. */
async function whileFree(lock: LockFolder, folder: string, action: () => Promise<void>): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  if (held.some(({ name = '' }) => name.endsWith(folder))) return;
  await whileLocked(lock, folder, action);
}
