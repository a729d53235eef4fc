/** Tells whether what a run's pictures are drawn from has changed: its newest checkpoint, or its baked scene, in whatever way. */
import { nodeFiles, stampOf } from '../node/node-files.ts';
import { listCheckpoints } from '../run/checkpoint-folder.ts';
import { sceneFile } from './baked-folder.ts';
import type { FoundRun } from './find-runs.ts';

/** Milliseconds for which a look at the files is good: every picture asks. */
const FRESH = 250;

export class FieldVersions {
  /** By folder. */
  private readonly looks = new Map<string, { readonly at: number; readonly version: Promise<string> }>();

  /** Differs for every version of the run's field; empty before the first. */
  async of(run: FoundRun): Promise<string> {
    const now = performance.now();
    let look = this.looks.get(run.folder);
    if (look === undefined || now - look.at > FRESH) {
      look = { at: now, version: versionOf(run) };
      this.looks.set(run.folder, look);
    }
    return look.version;
  }
}

async function versionOf(run: FoundRun): Promise<string> {
  if (run.baked) return stampOf(sceneFile(run));
  const folder = `${run.folder}/checkpoints`;
  const newest = (await listCheckpoints(nodeFiles, folder)).at(-1);
  return newest === undefined ? '' : `${newest}-${await stampOf(`${folder}/${newest}`)}`;
}
