/** Baked scenes that came with the page: no server to ask, thumbnails in place of photos. */
import { decodeScene } from '../src/baked/decode-scene.ts';
import { InputError } from '../src/base/errors.ts';
import { bestView } from '../src/geometry/best-view.ts';
import type { SceneHost } from './scene-host.ts';
import { WorkerSource } from './worker-source.ts';

export interface BakedFile {
  /** Of the run, in the address of the page; '': the page has one only. */
  readonly id: string;
  /** What draws reads them again, where it draws. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its name. */
  readonly file: string;
}

/**
 * @param beside another run, to compare with
 * @throws InputError if a file is damaged, or the runs are of two scenes
 */
export async function openBaked(shown: BakedFile, beside: BakedFile | null = null): Promise<SceneHost> {
  const { id } = shown;
  const { about, thumbnails } = await decodeScene(shown.bytes, shown.file);
  const other = beside && { id: beside.id, ...(await decodeScene(beside.bytes, beside.file)).about };
  if (other !== null && other.scene.fingerprint !== about.scene.fingerprint)
    throw new InputError(`${other.name} is of another scene than ${about.name}`, 'Look at each by itself.');
  const { views, centre, up } = about.cameras;
  const poses = views.map(({ camToWorld }) => camToWorld);
  const pictures = thumbnails.map((webp) => URL.createObjectURL(new Blob([webp], { type: 'image/webp' })));
  const fileOf = (run: string): BakedFile => (run === beside?.id ? beside : shown);
  return {
    run: {
      ...{ ...about, id, training: false, picture: null, showcase: null, first: bestView(poses, centre, up), reports: [] },
      related: other === null ? [] : [other],
      twin: other?.neuron === 'relu' ? other.id : null,
    },
    draws: 'this page, on one core of the processor',
    open: (run) => new WorkerSource(fileOf(run).bytes, fileOf(run).file),
    scene: (run) => Promise.resolve(fileOf(run).bytes),
    photo: (view, width) => (width === undefined ? null : (pictures[views.indexOf(view)] ?? null)),
    saveUp: null,
    watchTraining: () => undefined,
  };
}
