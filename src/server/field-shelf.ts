/**
 * The fields that pictures were asked of last, ready to draw. A run that went on training is opened again from its newest checkpoint; when too
 * many are open, the one that was idle for longest is closed.
 */
import { loadRun, openRunField } from '../cli/open-run-field.ts';
import { nodeFiles } from '../cli/node-files.ts';
import { MemoryError } from '../errors.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import type { Reporter } from '../train/events.ts';
import { ShownField } from '../../renderer/shown-field.ts';

/** A run, its twin and one more. */
const MOST_OPEN = 3;

interface Shelved {
  readonly checkpoint: string;
  readonly field: Promise<ShownField>;
  users: number;
}

export class FieldShelf {
  /** By run folder; the one used last comes last. */
  private readonly open = new Map<string, Shelved>();
  private readonly threads: string | undefined;
  private readonly report: Reporter;

  constructor(threads: string | undefined, report: Reporter) {
    this.threads = threads;
    this.report = report;
  }

  /**
   * The field of a run, open until `work` has settled.
   *
   * @throws InputError, MemoryError, BackendError
   */
  async use<T>(folder: string, work: (field: ShownField) => Promise<T>): Promise<T> {
    const shelved = await this.take(folder);
    try {
      return await work(await shelved.field);
    } finally {
      shelved.users--;
    }
  }

  private async take(folder: string): Promise<Shelved> {
    const newest = (await listCheckpoints(nodeFiles, `${folder}/checkpoints`)).at(-1) ?? '';
    let shelved = this.open.get(folder);
    if (shelved?.checkpoint !== newest) {
      if (shelved !== undefined) await this.close(folder, shelved);
      // Another request may have opened it meanwhile.
      shelved = this.open.get(folder) ?? this.shelve(folder, newest);
    }
    shelved.users++;
    this.open.delete(folder);
    this.open.set(folder, shelved);
    return shelved;
  }

  private shelve(folder: string, checkpoint: string): Shelved {
    const shelved: Shelved = { checkpoint, field: this.load(folder), users: 0 };
    this.open.set(folder, shelved);
    shelved.field.catch(() => {
      if (this.open.get(folder) === shelved) this.open.delete(folder);
    });
    return shelved;
  }

  private async load(folder: string): Promise<ShownField> {
    await this.makeRoom(MOST_OPEN);
    const loaded = await loadRun(folder, {});
    const open = () => openRunField(loaded, { backend: 'wasm', threads: this.threads }, this.report);
    const { engine, checkpoint, run } = await open().catch(async (error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      await this.makeRoom(1);
      return open();
    });
    return new ShownField(engine, checkpoint.state.step, run.record.config.seed);
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
