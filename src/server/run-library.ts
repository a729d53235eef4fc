/** The runs and baked scenes that are served, and what is known of each. */
import { InputError } from '../base/errors.ts';
import type { RunRecord } from '../run/run-record.ts';
import { BakedFolders } from './baked-folder.ts';
import { findRuns, readRecord, summarise, type BrokenRun, type FoundRun, type RunSummary } from './find-runs.ts';
import { HttpError } from './http-error.ts';
import { readViews, type RunViews } from '../jobs/run-views.ts';
import { nodePlaces } from '../node/node-scenes.ts';

/** Milliseconds for which a look at the folders is good: many pages may ask at once. */
const FRESH = 2000;

/** What was found, and what is told of it when first asked. */
interface Look {
  readonly at: number;
  readonly runs: Promise<FoundRun[]>;
  summaries: Promise<(RunSummary | BrokenRun)[]> | null;
}

export class RunLibrary {
  readonly baked = new BakedFolders();
  private readonly served: readonly string[];
  private latest: Look | null = null;
  private readonly views = new Map<string, Promise<RunViews>>();

  constructor(served: readonly string[]) {
    this.served = served;
  }

  /** Newest first; broken ones last. */
  async list(): Promise<(RunSummary | BrokenRun)[]> {
    const look = this.look();
    return (look.summaries ??= this.summariseAll(look));
  }

  /** Throws HttpError 404. */
  async find(id: string): Promise<FoundRun> {
    const known = (await this.look().runs).find((run) => run.id === id);
    if (known !== undefined) return known;
    throw new HttpError(404, `There is no run ${id} here.`, 'The gallery shows the runs that are served.');
  }

  async record(id: string): Promise<RunRecord> {
    return readRecord(await this.find(id));
  }

  /** Cameras are read once for each scene. */
  async viewsOf(record: RunRecord): Promise<RunViews> {
    const key = `${record.scene.path}\n${record.scene.fingerprint}`;
    let views = this.views.get(key);
    if (views === undefined) {
      views = readViews(nodePlaces, record);
      this.views.set(key, views);
      // A scene that could not be read may be back at the next look.
      void views.then(({ problem }) => {
        if (problem !== null) this.views.delete(key);
      });
    }
    return views;
  }

  private async summariseAll({ runs }: Look): Promise<(RunSummary | BrokenRun)[]> {
    const found = await Promise.all((await runs).map((run) => (run.baked ? this.summariseBaked(run) : summarise(run))));
    const date = (run: RunSummary | BrokenRun): string => ('problem' in run ? '' : run.created);
    return found.sort((a, b) => date(b).localeCompare(date(a)) || a.name.localeCompare(b.name));
  }

  private async summariseBaked(run: FoundRun): Promise<RunSummary | BrokenRun> {
    try {
      return await this.baked.summarise(run);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { id: run.id, name: run.name, problem: error.message };
    }
  }

  private look(): Look {
    const now = performance.now();
    if (this.latest === null || now - this.latest.at > FRESH) this.latest = { at: now, runs: findRuns(this.served), summaries: null };
    return this.latest;
  }
}
