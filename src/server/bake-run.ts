/** From a run to a baked scene: its field, what the viewer says of it, and the cameras of its scene. */
import { backgroundColour } from '../../datasets/background.ts';
import type { SceneAbout } from '../baked/baked-scene.ts';
import { encodeScene } from '../baked/encode-scene.ts';
import type { RunRecord } from '../run/run-record.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { readQuality } from './find-runs.ts';
import { readPhoto, readViews, uprightViews } from './run-views.ts';

/** Pixels across. */
const THUMBNAIL = 96;

/**
 * The file in pieces.
 *
 * @param name as people know the run
 * @param thumbnails whether it carries small copies of the photos
 */
export async function bakeRun(
  { folder, record }: { readonly folder: string; readonly record: RunRecord },
  checkpoint: Checkpoint,
  name: string,
  thumbnails: boolean,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { stage, step } = checkpoint.state;
  const { scene, config, created } = record;
  const about: SceneAbout = {
    name,
    created,
    scene: { name: scene.name, format: scene.format, fingerprint: scene.fingerprint },
    neuron: config.network.neuron,
    trained: { stage, step },
    quality: (await readQuality(folder, '')).quality,
    background: backgroundColour(config.scene.background),
    cameras: await uprightViews(await readViews(record), folder),
  };
  const photos: Uint8Array<ArrayBuffer>[] = [];
  if (thumbnails)
    for (const { split, index } of about.cameras.views) photos.push(new Uint8Array(await readPhoto(record, split, index, THUMBNAIL)));
  return encodeScene(checkpoint, about, config.seed, photos);
}
