/** A baked scene that came with the page: no server to ask, thumbnails in place of photos. */
import type { BakedScene } from '../src/baked/baked-scene.ts';
import { bestView } from '../src/geometry/best-view.ts';
import type { SceneHost } from './scene-host.ts';
import { WorkerSource } from './worker-source.ts';

/**
 * @param bytes the file: what draws reads it again, where it draws
 * @param file its name
 */
export function bakedHost({ about, thumbnails }: BakedScene, bytes: Uint8Array<ArrayBuffer>, file: string): SceneHost {
  const { views, centre, up } = about.cameras;
  const poses = views.map(({ camToWorld }) => camToWorld);
  const first = bestView(poses, centre, up);
  const pictures = thumbnails.map((webp) => URL.createObjectURL(new Blob([webp], { type: 'image/webp' })));
  return {
    run: { ...about, id: '', training: false, picture: null, showcase: null, first, related: [], twin: null, reports: [] },
    draws: 'this page, on one core of the processor',
    open: () => new WorkerSource(bytes, file),
    scene: () => Promise.resolve(bytes),
    photo: (view, width) => (width === undefined ? null : (pictures[views.indexOf(view)] ?? null)),
    saveUp: null,
    watchTraining: () => undefined,
  };
}
