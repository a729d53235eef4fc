/** A baked scene that came with the page: no server to ask, thumbnails in place of photos. */
import type { BakedScene } from '../src/baked/baked-scene.ts';
import { decodeScene } from '../src/baked/decode-scene.ts';
import { bestView } from '../src/geometry/best-view.ts';
import type { SceneHost } from './scene-host.ts';
import { WorkerSource } from './worker-source.ts';

/** Throws InputError if the file is damaged. @see bakedHost */
export async function openBaked(bytes: Uint8Array<ArrayBuffer>, file: string, id?: string): Promise<SceneHost> {
  return bakedHost(await decodeScene(bytes, file), bytes, file, id);
}

/**
 * @param bytes the file: what draws reads it again, where it draws
 * @param file its name
 * @param id of the run, in the address of the page; '': the page has one only
 */
function bakedHost({ about, thumbnails }: BakedScene, bytes: Uint8Array<ArrayBuffer>, file: string, id = ''): SceneHost {
  const { views, centre, up } = about.cameras;
  const poses = views.map(({ camToWorld }) => camToWorld);
  const first = bestView(poses, centre, up);
  const pictures = thumbnails.map((webp) => URL.createObjectURL(new Blob([webp], { type: 'image/webp' })));
  return {
    run: { ...about, id, training: false, picture: null, showcase: null, first, related: [], twin: null, reports: [] },
    draws: 'this page, on one core of the processor',
    open: () => new WorkerSource(bytes, file),
    scene: () => Promise.resolve(bytes),
    photo: (view, width) => (width === undefined ? null : (pictures[views.indexOf(view)] ?? null)),
    saveUp: null,
    watchTraining: () => undefined,
  };
}
