/** Folders with a baked scene, as `spikeray export --format web` writes them: shown in the gallery like the run they came from. */
import { PRELUDE_BYTES, SCENE_FILE, type BakedScene } from '../baked/baked-scene.ts';
import { checkPrelude, decodeScene } from '../baked/decode-scene.ts';
import { nodeFiles, readPart, stampOf } from '../node/node-files.ts';
import type { FoundRun, RunSummary } from './find-runs.ts';

/** What is known of a scene without its field. */
export type SceneFacts = Pick<BakedScene, 'about' | 'thumbnails'>;

export const sceneFile = ({ folder }: FoundRun): string => `${folder}/${SCENE_FILE}`;

/** Throws InputError if the file is damaged. */
export async function openScene(run: FoundRun): Promise<BakedScene> {
  const path = sceneFile(run);
  // Whatever else has that name need not be read.
  checkPrelude(await readPart(path, 0, PRELUDE_BYTES), path);
  return decodeScene(await nodeFiles.read(path), path);
}

export class BakedFolders {
  /** By folder. */
  private readonly known = new Map<string, { readonly version: string; readonly facts: Promise<SceneFacts> }>();

  /** Read once for each version of the file. Throws InputError if it is damaged. */
  async facts(run: FoundRun): Promise<SceneFacts> {
    const version = await stampOf(sceneFile(run));
    let known = this.known.get(run.folder);
    if (known?.version !== version) {
      known = { version, facts: openScene(run).then(({ about, thumbnails }) => ({ about, thumbnails })) };
      this.known.set(run.folder, known);
    }
    return known.facts;
  }

  async summarise(run: FoundRun): Promise<RunSummary> {
    const { about, thumbnails } = await this.facts(run);
    const { created, scene, neuron, trained, quality, cameras } = about;
    const [first] = cameras.views;
    const picture = thumbnails.length > 0 ? `api/runs/${run.id}/photos/${first.split}/${first.index}?width=96` : null;
    return { id: run.id, name: run.name, created, scene, neuron, trained, quality, picture, showcase: null, training: false };
  }

  /** The photo's thumbnail as it was baked; null if there is none. */
  async thumbnail(run: FoundRun, split: string, index: number): Promise<Uint8Array | null> {
    const { about, thumbnails } = await this.facts(run);
    return thumbnails[about.cameras.views.findIndex((view) => view.split === split && view.index === index)] ?? null;
  }
}
