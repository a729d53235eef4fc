/** What training asks of the machine that it runs on. Node's is src/node/node-machine.ts, a page's src/page/page-machine.ts. */
import type { SceneData, SplitName, View, WorldFrame } from '../../datasets/scene-data.ts';
import type { BackendRequest } from '../backends/select-backend.ts';
import type { Reporter } from '../base/events.ts';
import type { Config } from '../config/schema.ts';
import type { Backend } from '../engine/backend.ts';
import type { Files } from '../io/files.ts';
import type { LockFolder, LockHolder } from '../run/folder-lock.ts';
import type { RunFolder } from '../run/run-folder.ts';
import type { Checkpoint } from '../train/checkpoint.ts';

export interface ScenePlace {
  readonly path: string;
  /** Name of its format; undefined: found out. */
  readonly format?: string;
  /** Where a run has put the scene's world; undefined: found out. */
  readonly frame?: WorldFrame | null;
}

export interface Machine {
  readonly files: Files;
  /** What runs the program, such as "v20.20.0": part of a run's record. */
  readonly runtime: string;
  readonly lockFolder: LockFolder;
  /** Who holds the lock of a folder; null: nobody. */
  holderOf(folder: string): Promise<LockHolder | null>;
  /** A path that means the same wherever it is read. */
  absolute(path: string): string;
  /** A sentence on how somebody goes on with a run. */
  toGoOn(folder: string): string;
  /** Opens a scene with the pixels of its training views, and says what is odd about it. Throws InputError if it has none. */
  openTrainingScene(place: ScenePlace, settings: Omit<Config['scene'], 'background'>, report: Reporter): Promise<SceneData>;
  /** The views that a run is measured on: of `split`, or else of test, or else of val. Throws InputError if there are none. */
  openHeldOutViews(
    run: RunFolder,
    checkpoint: Checkpoint,
    split: SplitName | undefined,
    report: Reporter,
  ): Promise<{ split: SplitName; views: readonly View[] }>;
  /** @param suits see selectBackend */
  startBackend(request: BackendRequest, report: Reporter, suits?: (backend: Backend) => void): Promise<Backend>;
  /** The most bytes that this process has had at a time; undefined: it cannot be told. */
  peakMemory(): number | undefined;
  /** Bytes that this process can still get. */
  availableMemory(): number;
  /** Seconds since the program began, by the clock of time limits: what was spent before training counts as part of them. */
  seconds(): number;
}
