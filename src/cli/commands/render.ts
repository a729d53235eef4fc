/** `spikeray render RUN`: novel views as PNG frames and animations of colour, depth and opacity. */
import { spaceFacts } from '../../spaces/index.ts';
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import type { SceneData, SplitName, View, WorldFrame } from '../../../datasets/scene-data.ts';
import { SPLIT_NAMES } from '../../../datasets/scene-format.ts';
import { poseFromFile } from '../../../datasets/world-frame.ts';
import { type NamedCamera, orbitPath, viewPath } from '../../../renderer/paths/camera-path.ts';
import { parseCameraPath } from '../../../renderer/paths/nerfstudio-path.ts';
import { spiralPath } from '../../../renderer/paths/spiral-path.ts';
import { InputError } from '../../base/errors.ts';
import type { Reporter } from '../../base/events.ts';
import { suggest } from '../../base/nearest-name.ts';
import { wholeNumber, word } from '../../base/option-values.ts';
import type { Part } from '../../eval/part.ts';
import type { Frames } from '../../eval/render-frames.ts';
import { renderMemory } from '../../eval/render-memory.ts';
import type { Size } from '../../geometry/intrinsics.ts';
import { FILM_FORMATS } from '../../eval/film-formats.ts';
import { filmEncoder } from '../../node/film.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { loadRun, maskedSuffix, type RunFieldOptions } from '../../node/open-run-field.ts';
import { openRunScene } from '../../node/node-scenes.ts';
import { viewsOf } from '../../jobs/run-scenes.ts';
import { checkFolderFree } from '../../run/check-folder-free.ts';
import { readChosenUp } from '../../run/view-file.ts';
import type { RunFolder } from '../../run/run-folder.ts';
import {
  addBackendOptions,
  addOutputOptions,
  checkpointOption,
  imageSize,
  type OutputOptions,
  skipMaskOption,
} from '../terminal/options.ts';
import { joinRendering, renderPart, renderRun } from '../../node/render-run.ts';
import { runAction, type Result } from '../terminal/run-action.ts';
import { addSceneOptions, movedScene, type MovedSceneOptions } from '../terminal/scene-options.ts';
import { addPartOptions, inParts, type PartOptions } from '../terminal/part-options.ts';

interface RenderOptions extends OutputOptions, RunFieldOptions, MovedSceneOptions, PartOptions {
  readonly path?: string;
  readonly size?: string;
  readonly frames: string;
  readonly fps?: string;
  readonly film?: string;
  readonly split: string;
  readonly out?: string;
  readonly force?: boolean;
}

const DEFAULT_FPS = 24;

interface CameraPath {
  readonly cameras: readonly NamedCamera[];
  readonly framesPerSecond: number | null;
}

export function renderCommand(): Command {
  const command = new Command('render')
    .description('Renders a camera path of RUN: PNG frames and animated WebP of colour, depth and opacity.')
    .argument('<run>', 'run folder')
    .optionsGroup('Views:')
    .option(
      '--path <path>',
      "orbit, spiral, views, or a camera path saved by nerfstudio's viewer (a .json file) (default: orbit; spiral for forward-facing scenes)",
    )
    .option('--size <WxH>', 'image size, pixels (default: that of the training images, or of the camera path)')
    .option('--frames <n>', 'frames of an orbit or a spiral: a whole number from 1 to 3600', '60')
    .option('--split <name>', 'for --path views: the views of train, val or test', 'train')
    .option('--fps <n>', `frames a second: a whole number from 1 to 120 (default: that of the camera path, or ${DEFAULT_FPS})`)
    .option('--film <formats>', `also films of them, by the ffmpeg of this machine: ${FILM_FORMATS.join(', ')}`)
    .option(
      '--out <folder>',
      'folder to write (default: RUN/render/PATH, with a skip mask PATH-skipped, where earlier frames are replaced)',
    )
    .option('--force', 'replace the frames that are already in the folder of --out')
    .optionsGroup('Run:')
    .addOption(checkpointOption())
    .addOption(skipMaskOption())
    .action((run: string, options: RenderOptions) => render(run, options));
  const onBackend = addBackendOptions(addSceneOptions(command), { backend: 'that of the run' });
  return addOutputOptions(addPartOptions(onBackend, 'frames'));
}

async function render(folder: string, options: RenderOptions): Promise<void> {
  await runAction(options, async (report) => {
    const size = options.size === undefined ? undefined : imageSize('--size', options.size);
    const fps = options.fps === undefined ? null : wholeNumber('--fps', options.fps, 1, 120);
    // A part has none: they are made of all frames.
    const formats = options.part === undefined ? (options.film?.split(',') ?? []) : [];
    const films = await Promise.all(formats.map((format) => filmEncoder(word('--film', format, FILM_FORMATS))));
    const loaded = await loadRun(folder, options);
    const forward = spaceFacts(loaded.checkpoint.spec.space).forwardFacing;
    const pathName = options.path ?? (forward ? 'spiral' : 'orbit');
    const out = options.out ?? `${loaded.run.folder}/render/${basename(pathName, extname(pathName))}${maskedSuffix(options)}`;
    // What lies in the run folder under the name of this path is from this command.
    await checkFolderFree(nodeFiles, out, options.force === true || options.out === undefined, 'frames');
    const { cameras, framesPerSecond } = await camerasOf(loaded.run, pathName, forward, options, size, report);
    const rate = fps ?? framesPerSecond ?? DEFAULT_FPS;
    const isOwn = options.out === undefined;
    const rendering = { loaded, options, cameras, framesPerSecond: rate, folder: out, isOwn, films, report };
    const result = (found: Frames): Result => {
      const animations = found.animations.map((name) => `${out}/${name}`);
      const json = { run: loaded.run.folder, checkpoint: loaded.path, folder: out, ...found, animations };
      return { json, text: `${out}: ${found.frames} frames, ${found.secondsPerImage.toFixed(2)} s each\n` };
    };
    const work = {
      run: loaded.run,
      folder: out,
      spec: loaded.checkpoint.spec,
      joinBytes: renderMemory(cameras),
      whole: async () => result(await renderRun(rendering)),
      part: (part: Part) => renderPart(rendering, part),
      join: async (of: number) => result(await joinRendering(rendering, of)),
    };
    return inParts(options, work, report);
  });
}

async function camerasOf(
  run: RunFolder,
  path: string,
  forward: boolean,
  options: RenderOptions,
  size: Size | undefined,
  report: Reporter,
): Promise<CameraPath> {
  if (path === 'orbit' || path === 'spiral') {
    if (forward !== (path === 'spiral'))
      throw new InputError(
        `--path ${path}: ${forward ? 'a forward-facing scene has no sides to go round to' : 'only forward-facing scenes have a spiral'}`,
        `Use --path ${forward ? 'spiral' : 'orbit'}.`,
      );
    const frames = wholeNumber('--frames', options.frames, 1, 3600);
    const { scene, views } = await sceneViews(run, options, 'train', report);
    const wanted = size ?? views[0].intrinsics;
    const cameras = forward
      ? spiralPath(views, scene, frames, wanted)
      : orbitPath(views, frames, wanted, await readChosenUp(nodeFiles, run.folder));
    return { cameras, framesPerSecond: null };
  }
  if (path === 'views') {
    const { views } = await sceneViews(run, options, word('--split', options.split, SPLIT_NAMES), report);
    if (size === undefined) checkOneSize(views);
    return { cameras: viewPath(views, size), framesPerSecond: null };
  }
  if (extname(path) !== '.json')
    throw new InputError(`--path ${path}: unknown path`, `${suggest(path, ['orbit', 'spiral', 'views'])} Or give a .json file.`);
  return cameraPathIn(run.record.scene.frame, parseCameraPath(await readJson(path), path, size));
}

/** Camera paths are in the coordinates of the scene's file. */
function cameraPathIn(frame: WorldFrame | null, { cameras, framesPerSecond }: CameraPath): CameraPath {
  return { cameras: cameras.map((camera) => ({ ...camera, camToWorld: poseFromFile(frame, camera.camToWorld) })), framesPerSecond };
}

/** The frames of an animation have one size. */
function checkOneSize(views: readonly View[]): void {
  const sizes = new Set(views.map(({ intrinsics: { width, height } }) => `${width}x${height}`));
  if (sizes.size > 1)
    throw new InputError(
      `--path views: expected views of one size, found ${[...sizes].join(', ')}`,
      'Give all frames one size with --size WxH.',
    );
}

async function sceneViews(
  run: RunFolder,
  options: RenderOptions,
  split: SplitName,
  report: Reporter,
): Promise<{ scene: SceneData; views: readonly View[] }> {
  const { path, scene } = await openRunScene(run.record, movedScene(options), [split], report);
  return { scene, views: viewsOf(scene, split, path) };
}

async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await nodeFiles.read(path));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: expected JSON: ${(cause as Error).message}`, "Export the path again from nerfstudio's viewer.", {
      cause,
    });
  }
}
