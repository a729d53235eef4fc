/** From a run to a baked scene: its field, what the viewer says of it, and the cameras of its scene. */
import { backgroundColour } from '../../datasets/background.ts';
import type { SceneAbout } from '../baked/baked-scene.ts';
import { encodeScene } from '../baked/encode-scene.ts';
import { readQuality } from '../eval/read-quality.ts';
import type { RunRecord } from '../run/run-record.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import type { ScenePlaces } from './run-scenes.ts';
import { openPhotos, readViews, uprightViews } from './run-views.ts';

/** Pixels across. */
const THUMBNAIL = 96;

/**
 * The file in pieces.
 *
 * @param name as people know the run
 * @param thumbnails whether it carries small copies of the photos
 */
export async function bakeRun(
  places: Pick<ScenePlaces, 'files' | 'images'>,
  { folder, record }: { readonly folder: string; readonly record: RunRecord },
  checkpoint: Checkpoint,
  name: string,
  thumbnails: boolean,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { files, images } = places;
  const { stage, step } = checkpoint.state;
  const { scene, config, created } = record;
  const about: SceneAbout = {
    name,
    created,
    scene: { name: scene.name, format: scene.format, fingerprint: scene.fingerprint },
    neuron: config.network.neuron,
    trained: { stage, step },
    quality: (await readQuality(files, folder))?.quality ?? null,
    background: backgroundColour(config.scene.background),
    cameras: await uprightViews(files, await readViews(places, record), folder),
  };
  const photos: Uint8Array<ArrayBuffer>[] = [];
  if (thumbnails && about.cameras.views.length > 0) {
    const photo = await openPhotos(places, record);
    for (const { split, index } of about.cameras.views)
      photos.push(new Uint8Array(await images.encodeThumbnail(await photo(split, index), THUMBNAIL)));
  }
  return encodeScene(checkpoint, about, config.seed, photos);
}
