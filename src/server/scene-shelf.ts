/** Baked scenes of runs, for pages that draw by themselves: baked when first asked for, kept as files until the server ends. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtExit } from '../node/at-exit.ts';
import { loadRun } from '../node/open-run-field.ts';
import { nodeFiles } from '../node/node-files.ts';
import { readChosenUp } from '../run/view-file.ts';
import { bakeRun } from '../jobs/bake-run.ts';
import { nodePlaces } from '../node/node-scenes.ts';
import type { FieldVersions } from './field-versions.ts';
import type { FoundRun } from './find-runs.ts';

interface Baked {
  /** The run's newest checkpoint, and what was chosen of how it is seen. */
  readonly version: string;
  /** Path of the file. */
  readonly file: Promise<string>;
}

export class SceneShelf {
  private folder: string | null = null;
  /** By run. */
  private readonly baked = new Map<string, Baked>();
  private readonly versions: FieldVersions;

  constructor(versions: FieldVersions) {
    this.versions = versions;
  }

  /** Path of the run's baked scene, as it is now. Throws InputError if the run has no field. */
  async file(run: FoundRun): Promise<string> {
    const version = JSON.stringify([await this.versions.of(run), await readChosenUp(nodeFiles, run.folder)]);
    let baked = this.baked.get(run.id);
    if (baked?.version !== version) {
      baked = { version, file: this.bake(run) };
      this.baked.set(run.id, baked);
      baked.file.catch(() => this.baked.delete(run.id));
    }
    return baked.file;
  }

  private async bake(run: FoundRun): Promise<string> {
    const loaded = await loadRun(run.folder, {});
    this.folder ??= temporaryFolder();
    const path = join(this.folder, `${run.id}.spikeray`);
    await nodeFiles.writeAtomic(path, await bakeRun(nodePlaces, loaded.run, loaded.checkpoint, run.name, false));
    return path;
  }

  async dispose(): Promise<void> {
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true });
  }
}

/** Gone at the end of the process at the latest: a scene that is being baked when the shelf is disposed of makes the folder anew. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spikeray-scenes-'));
  removeAtExit(folder);
  return folder;
}
