/**
 * What the page keeps in the browser:
 *
 *     /scenes/NAME/        a scene, as it was dropped or generated
 *     /scenes/NAME.json    written last: without it the scene is half there, and goes at the next start
 *     /runs/NAME/          a run (src/run/run-folder.ts); its config.json is written last when it comes from elsewhere
 *     /out/TAB/            what an open tab has not finished yet, and what it made for a download
 */
import { z } from 'zod';
import { detectFormat } from '../../datasets/index.ts';
import { writeSyntheticScene, type SynthOptions } from '../../datasets/synth/write-synthetic-scene.ts';
import { InputError, LockedError, SpikeRayError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import { checkJson, LARGEST_JSON, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';
import { openSceneIn } from '../jobs/run-scenes.ts';
import { whileLocked, type LockFolder } from '../run/folder-lock.ts';
import { openRun, type RunFolder } from '../run/run-folder.ts';
import { decodeRecord, encodeRecord, type RunRecord } from '../run/run-record.ts';
import { OUT } from './page-files.ts';
import { checkRoom, type IncomingFolder } from './incoming.ts';
import { OWN_SCENE, RUNS, SCENES } from './kept-paths.ts';
import { describeRun, type KeptRun } from './kept-run.ts';
import { pageCodec } from './page-codec.ts';
import { pagePlaces } from './page-places.ts';

const sceneSchema = z.object({
  /** When it came: another of the same name may come later. */
  added: z.string(),
  /** Tells its training views, as its format has them, from others; null: it was not looked at yet. */
  fingerprint: z.string().nullable(),
});

type SceneRecord = z.infer<typeof sceneSchema>;

export interface KeptScene extends SceneRecord {
  readonly name: string;
  /** What is wrong with its record; null: nothing. */
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
      try {
        kept.push({ name, ...(await this.sceneRecord(name)), problem: null });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        kept.push({ name, added: '', fingerprint: null, problem: error.message });
      }
    }
    return kept;
  }

  /** Throws InputError if there is no such scene, or its record is damaged. */
  async sceneRecord(name: string): Promise<SceneRecord> {
    const file = `${SCENES}/${name}.json`;
    const fix = 'Remove the scene, then drop it again.';
    return checkJson(sceneSchema, parseJson(await this.files.read(file, LARGEST_JSON), file, fix), file, fix);
  }

  async runs(): Promise<KeptRun[]> {
    const names = await this.namesIn(RUNS);
    const kept = await Promise.all(names.map((name) => describeRun(this.files, name)));
    return kept.filter((run) => run !== null).sort((a, b) => b.created.localeCompare(a.created));
  }

  /** Takes away what closed tabs left half done. What is in use stays; what cannot be removed is said. */
  async tidy(report: Reporter): Promise<void> {
    const { files } = this;
    const half = [
      ...(await this.namesIn(OUT)).map((name) => ({ folder: `${OUT}/${name}`, record: null })),
      ...(await this.namesIn(SCENES))
        .filter((name) => !name.endsWith('.json'))
        .map((name) => ({ folder: `${SCENES}/${name}`, record: `${SCENES}/${name}.json` })),
      ...(await this.namesIn(RUNS)).map((name) => ({ folder: `${RUNS}/${name}`, record: `${RUNS}/${name}/config.json` })),
    ];
    const isWhole = async (record: string | null): Promise<boolean> => record !== null && (await files.kind(record)) === 'file';
    for (const { folder, record } of half) {
      if (await isWhole(record)) continue;
      try {
        await whileLocked(this.lock, folder, async () => {
          // It may have been finished before the lock was had.
          if (!(await isWhole(record))) await files.remove(folder);
        });
      } catch (error) {
        if (!(error instanceof SpikeRayError)) throw error;
        if (!(error instanceof LockedError)) report({ type: 'note', text: `what a closed tab left stays: ${error.message}` });
      }
    }
  }

  /** Throws InputError for what is neither scene nor run; then nothing is kept of it. */
  async keep(incoming: IncomingFolder, loaded: (done: number, total: number) => void): Promise<{ kind: 'scene' | 'run'; name: string }> {
    const { files } = incoming;
    const config = files.find(({ path }) => path === 'config.json');
    const isRun = config !== undefined && files.some(({ path }) => path.startsWith('checkpoints/'));
    await checkRoom(incoming);
    const name = await this.inNewFolder(isRun ? RUNS : SCENES, incoming.name, async (folder) => {
      let done = 0;
      for (const file of files) {
        const bytes = await file.read();
        // Last of all: it makes the folder a run.
        if (!(isRun && file === config)) await this.files.writeAtomic(`${folder}/${file.path}`, [bytes]);
        loaded(++done, files.length);
      }
      if (isRun) await this.finishRun(folder, await config.read());
      else {
        await detectFormat(folder, this.files);
        await this.recordScene(folder, { added: new Date().toISOString(), fingerprint: null });
      }
    });
    return { kind: isRun ? 'run' : 'scene', name };
  }

  /** Renders a generated scene into the library; gives its name there. */
  async generate(options: Pick<SynthOptions, 'scene' | 'views' | 'size' | 'seed' | 'report'>): Promise<string> {
    return this.inNewFolder(SCENES, `${options.scene}-${options.size}`, async (folder) => {
      await writeSyntheticScene({ ...options, folder, files: this.files, images: pageCodec(this.files) });
      await this.recordScene(folder, { added: new Date().toISOString(), fingerprint: null });
    });
  }

  /** The scene that was added then was looked at. Throws InputError if there is another of its name now. */
  async lookedAt(name: string, { added }: Pick<SceneRecord, 'added'>, fingerprint: string): Promise<void> {
    const now = await this.sceneRecord(name);
    if (now.added !== added) throw new InputError(`${name}: another scene of this name has come meanwhile`, 'Choose it again.');
    if (now.fingerprint !== fingerprint) await this.recordScene(`${SCENES}/${name}`, { added, fingerprint });
  }

  /** Throws LockedError while it is in use, InputError for a run with the photos of another. */
  async remove(kind: 'scene' | 'run', name: string): Promise<void> {
    const folder = `${kind === 'scene' ? SCENES : RUNS}/${name}`;
    await whileLocked(this.lock, folder, async () => {
      if (kind === 'run') await this.checkUnneeded(name);
      await this.files.remove(kind === 'scene' ? `${folder}.json` : `${folder}/config.json`);
      await this.files.remove(folder);
    });
  }

  /**
   * A run whose scene is there: where it says, or else a kept one, in either case with the fingerprint that the run has of it. Throws InputError
   * if there is none.
   */
  async openWithScene(name: string): Promise<RunFolder> {
    const run = await openRun(this.files, `${RUNS}/${name}`);
    const { scene } = run.record;
    const kept = await this.scenes();
    const [likely, others] = [true, false].map((same) => kept.filter(({ fingerprint }) => (fingerprint === scene.fingerprint) === same));
    for (const path of new Set([scene.path, ...[...likely, ...others].map((each) => `${SCENES}/${each.name}`)])) {
      if (!(await this.isSceneOf(run.record, path))) continue;
      if (path === scene.path) return run;
      return whileLocked(this.lock, run.folder, () => run.rewrite({ ...run.record, scene: { ...scene, path } }));
    }
    throw new InputError(
      `the scene of the run, ${scene.name}, is not here, or not as it was`,
      'Drop its folder or its zip first; it is known by its content.',
    );
  }

  /**
   * Holds the run while something is made of it.
   *
   * @param action gets its folder
   * @throws LockedError while it is in use, InputError if another tab has removed it
   */
  async whileHeld<T>(name: string, action: (folder: string) => Promise<T>): Promise<T> {
    const folder = `${RUNS}/${name}`;
    return whileLocked(this.lock, folder, async () => {
      if ((await this.files.kind(`${folder}/config.json`)) === 'file') return action(folder);
      // The lock has made it.
      await this.files.remove(folder);
      throw new InputError(`the run ${name} is not here any more`, 'It was removed in another tab.');
    });
  }

  /** The name, or with the first free number behind it. */
  async freeName(place: string, wanted: string): Promise<string> {
    for (let number = 1; ; number++) {
      const name = numbered(wanted, number);
      if (await this.isFree(`${place}/${name}`)) return name;
    }
  }

  private async isFree(folder: string): Promise<boolean> {
    return (await this.files.kind(folder)) === 'missing' && (await this.files.kind(`${folder}.json`)) === 'missing';
  }

  /** Fills a new folder of this name, or of one like it, and gives its name; or leaves none. */
  private async inNewFolder(place: string, wanted: string, fill: (folder: string) => Promise<void>): Promise<string> {
    for (let number = 1; ; number++) {
      const name = numbered(wanted, number);
      const folder = `${place}/${name}`;
      if (!(await this.isFree(folder))) continue;
      try {
        const isFilled = await whileLocked(this.lock, folder, async () => {
          // Another tab may have filled it before the lock was had; the lock has made it.
          if ((await this.files.list(folder)).length > 0) return false;
          try {
            await fill(folder);
            return true;
          } catch (error) {
            await this.files.remove(folder);
            throw error;
          }
        });
        if (isFilled) return name;
      } catch (error) {
        // Another tab is just filling it.
        if (!(error instanceof LockedError)) throw error;
      }
    }
  }

  private async recordScene(folder: string, record: SceneRecord): Promise<void> {
    await this.files.writeAtomic(`${folder}.json`, [new TextEncoder().encode(JSON.stringify(record))]);
  }

  /** Throws InputError if another run has its photos from this one. */
  private async checkUnneeded(name: string): Promise<void> {
    for (const other of await this.runs()) {
      if (other.name !== name && other.scenePath.startsWith(`${RUNS}/${name}/`))
        throw new InputError(`the run ${other.name} needs the photos that came with ${name}`, `Remove ${other.name} first.`);
    }
  }

  /** Whether the scene there has the views that the run was trained on, opened as the run opens it. */
  private async isSceneOf({ scene: { format, frame, fingerprint }, config }: RunRecord, path: string): Promise<boolean> {
    if ((await this.files.kind(path)) !== 'folder') return false;
    try {
      const request = { splits: [], format, frame, rangeOptional: true };
      const scene = await openSceneIn(pagePlaces(this.files), path, config.scene, request, () => undefined);
      return scene.fingerprint === fingerprint;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
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
}

function numbered(wanted: string, number: number): string {
  const plain =
    wanted
      .replace(/[^\p{L}\p{N}_.-]+/gu, '_')
      .replace(/^\.+/, '')
      .replace(/\.json$/, '')
      .slice(0, 60) || 'unnamed';
  return number === 1 ? plain : `${plain}-${number}`;
}
