/**
 * The fields that pictures were asked of last, ready to draw. A run or a baked scene is opened again when its newest checkpoint,
 * or its file, is another, or has changed; when too many are open, the one that was idle for longest is closed.
 */
import { backendRequest } from '../node/backend-request.ts';
import { checkMemory, loadRun, openRunField } from '../node/open-run-field.ts';
import { startBackend } from '../node/start-backend.ts';
import { MemoryError } from '../base/errors.ts';
import { openField } from '../eval/open-field.ts';
import type { Reporter } from '../base/events.ts';
import { openScene } from './baked-folder.ts';
import type { FieldVersions } from './field-versions.ts';
import type { FoundRun } from './find-runs.ts';
import { ShownField } from '../frames/shown-field.ts';

/** A run, its twin and one more. */
const MOST_OPEN = 3;

interface Shelved {
  /** Tells whether what it was opened from has changed. */
  readonly version: string;
  readonly field: Promise<ShownField>;
  users: number;
}

export class FieldShelf {
  /** By run folder; the one used last comes last. */
  private readonly open = new Map<string, Shelved>();
  private readonly versions: FieldVersions;
  private readonly threads: string | undefined;
  private readonly report: Reporter;

  constructor(versions: FieldVersions, threads: string | undefined, report: Reporter) {
    this.versions = versions;
    this.threads = threads;
    this.report = report;
  }

  /**
   * The field of a run, open until `work` has settled.
   *
   * @throws InputError, MemoryError, BackendError
   */
  async use<T>(run: FoundRun, work: (field: ShownField) => Promise<T>): Promise<T> {
    const shelved = await this.take(run);
    try {
      return await work(await shelved.field);
    } finally {
      shelved.users--;
    }
  }

  private async take(run: FoundRun): Promise<Shelved> {
    const { folder } = run;
    const version = await this.versions.of(run);
    let shelved = this.open.get(folder);
    if (shelved?.version !== version) {
      if (shelved !== undefined) await this.close(folder, shelved);
      // Another request may have opened it meanwhile.
      shelved = this.open.get(folder) ?? this.shelve(run, version);
    }
    shelved.users++;
    this.open.delete(folder);
    this.open.set(folder, shelved);
    return shelved;
  }

  private shelve(run: FoundRun, version: string): Shelved {
    const shelved: Shelved = { version, field: this.load(run), users: 0 };
    this.open.set(run.folder, shelved);
    shelved.field.catch(() => {
      if (this.open.get(run.folder) === shelved) this.open.delete(run.folder);
    });
    return shelved;
  }

  private async load(run: FoundRun): Promise<ShownField> {
    await this.makeRoom(MOST_OPEN);
    const open = run.baked ? await this.bakedOpener(run) : await this.runOpener(run);
    return open().catch(async (error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      await this.makeRoom(1);
      return open();
    });
  }

  private async runOpener({ folder }: FoundRun): Promise<() => Promise<ShownField>> {
    const loaded = await loadRun(folder, {});
    return async () => {
      const { engine, checkpoint, run } = await openRunField(loaded, { backend: 'wasm', threads: this.threads }, this.report);
      return new ShownField(engine, checkpoint.state.step, run.record.config.seed);
    };
  }

  private async bakedOpener(run: FoundRun): Promise<() => Promise<ShownField>> {
    const scene = await openScene(run);
    const request = backendRequest({ backend: 'wasm', threads: this.threads }, { choice: 'wasm', threads: null, gpu: null });
    return async () => {
      const backend = await startBackend(request, this.report);
      checkMemory(backend, scene.spec, run.name);
      return new ShownField(await openField(backend, scene), scene.about.trained.step, scene.seed);
    };
  }

  /** Closes idle fields until at most `most` are open, the one that is about to be opened included. */
  private async makeRoom(most: number): Promise<void> {
    for (const [folder, shelved] of [...this.open]) {
      if (this.open.size <= most) return;
      if (shelved.users === 0) await this.close(folder, shelved);
    }
  }

  /** Taken from the shelf at once; its memory goes when nobody uses it any more. */
  private async close(folder: string, shelved: Shelved): Promise<void> {
    if (this.open.get(folder) === shelved) this.open.delete(folder);
    const field = await shelved.field.catch(() => null);
    while (shelved.users > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await field?.engine.dispose();
  }

  async dispose(): Promise<void> {
    for (const [folder, shelved] of [...this.open]) await this.close(folder, shelved);
  }
}
