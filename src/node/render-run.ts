/** A camera path of a run as images and animations: rendered at once, or in parts by several processes. */
import { z } from 'zod';
import { backgroundColour } from '../../datasets/background.ts';
import type { NamedCamera } from '../../renderer/paths/camera-path.ts';
import type { Reporter } from '../base/events.ts';
import { removeFrames } from '../eval/earlier-frames.ts';
import type { ImageFolder } from '../eval/image-writer.ts';
import type { Part } from '../eval/part.ts';
import { joinFrames, renderFrames, type FilmEncoder, type Frames, type FramesOptions } from '../eval/render-frames.ts';
import { checkRenderMemory } from '../eval/render-memory.ts';
import { availableMemory } from './available-memory.ts';
import { aboutOf, imagesOfCamera, makePart, moveImages, partsFolder, readParts, type Whole } from './frame-parts.ts';
import { sharpCodec } from './image-codec.ts';
import { nodeFiles } from './node-files.ts';
import { openRunField, type RunFieldOptions } from './open-run-field.ts';
import type { LoadedRun } from '../run/run-folder.ts';
import { replaceResults } from './replace-folder.ts';
import { whileWritingInto } from './write-into.ts';

/** A rendering that is about to be made. */
export interface Rendering {
  readonly loaded: LoadedRun;
  readonly options: RunFieldOptions;
  readonly cameras: readonly NamedCamera[];
  readonly framesPerSecond: number;
  readonly films: readonly FilmEncoder[];
  readonly folder: string;
  /** Whether all that the folder holds is of this command. */
  readonly isOwn: boolean;
  readonly report: Reporter;
}

/** @throws LockedError while another process writes there */
export function renderRun(rendering: Rendering): Promise<Frames> {
  return writing(rendering, (put) =>
    whileOpen(rendering, (shared) => {
      checkRenderMemory(rendering.cameras, availableMemory());
      return put((folder) => renderFrames({ ...shared, target: target(folder) }));
    }),
  );
}

/** Renders a part of the frames into a folder of its own, whose path it gives back: other processes may render other parts at the same time. */
export async function renderPart(rendering: Rendering, part: Part): Promise<string> {
  const whole = await wholeOf(rendering);
  return whileOpen(rendering, (shared) =>
    makePart(whole, part, async (images) => {
      const { frames, secondsPerImage } = await renderFrames({ ...shared, part, target: target(images) });
      return frames * secondsPerImage;
    }),
  );
}

/** Puts `of` parts together, as if they had been rendered at once. Throws InputError if one is missing. */
export async function joinRendering(rendering: Rendering, of: number): Promise<Frames> {
  const { cameras, loaded, framesPerSecond, films } = rendering;
  checkRenderMemory(cameras, availableMemory());
  const whole = await wholeOf(rendering);
  const seconds = (await readParts(whole, of)).reduce((sum, one) => sum + one, 0);
  return writing(rendering, async (put) => {
    const found = await put(async (folder) => {
      await nodeFiles.makeFolder(folder);
      const folderOf = (i: number): string => imagesOfCamera(whole, of, i);
      const joined = await joinFrames({
        cameras,
        framesPerSecond,
        films,
        target: target(folder),
        spec: loaded.checkpoint.spec,
        folderOf,
        seconds,
      });
      await moveImages(whole, of, folder);
      return joined;
    });
    await nodeFiles.remove(partsFolder(whole.folder));
    return found;
  });
}

type Put = (fill: (folder: string) => Promise<Frames>) => Promise<Frames>;

/** @param action calls `put` with what writes the results into the folder that it is given */
function writing({ loaded, folder, isOwn }: Rendering, action: (put: Put) => Promise<Frames>): Promise<Frames> {
  const place = { folder, isOwn, clear: () => removeFrames(nodeFiles, folder) };
  return whileWritingInto(loaded.run.folder, folder, 'folder', ({ confirm }) =>
    action((fill) => replaceResults(nodeFiles, place, fill, confirm)),
  );
}

async function whileOpen<T>(rendering: Rendering, action: (shared: Omit<FramesOptions, 'target' | 'part'>) => Promise<T>): Promise<T> {
  const { loaded, options, cameras, framesPerSecond, films, report } = rendering;
  const { engine, run } = await openRunField(loaded, options, report);
  try {
    const { scene, seed } = run.record.config;
    return await action({ engine, cameras, background: backgroundColour(scene.background), seed, framesPerSecond, films, report });
  } finally {
    await engine.dispose();
  }
}

/** A part says how many seconds it took. */
async function wholeOf({ loaded, options, cameras, folder }: Rendering): Promise<Whole<number>> {
  return { folder, about: await aboutOf(loaded.path, options.skipMask, cameras), content: z.number() };
}

function target(folder: string): ImageFolder {
  return { files: nodeFiles, codec: sharpCodec, folder };
}
