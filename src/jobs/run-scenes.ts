/** Opens scenes for training and measuring, wherever they lie: memory is checked before images are decoded. */
import { openScene } from '../../datasets/index.ts';
import type { SceneData, SplitName, View, WorldFrame } from '../../datasets/scene-data.ts';
import { sceneProblems } from '../../datasets/scene-problems.ts';
import { InputError, MemoryError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import { byteSize, quoted } from '../base/format.ts';
import type { Config } from '../config/schema.ts';
import type { Files, ImageCodec } from '../io/files.ts';
import type { RunRecord } from '../run/run-record.ts';

/** Where scenes lie, and what reads them. */
export interface ScenePlaces {
  readonly files: Files;
  readonly images: ImageCodec;
  /** Bytes that can still be had. */
  availableMemory(): number;
}

export interface SceneRequest {
  /** Splits whose pixels are wanted; undefined: all. */
  readonly splits?: readonly SplitName[];
  /** Name of its format; undefined: found out. */
  readonly format?: string;
  /** Where a run has put the scene's world; undefined: found out. */
  readonly frame?: WorldFrame | null;
  /** A depth range that cannot be found is a warning. */
  readonly rangeOptional?: boolean;
}

export async function openSceneIn(
  { files, images, availableMemory }: ScenePlaces,
  path: string,
  settings: Omit<Config['scene'], 'background'>,
  request: SceneRequest,
  report: Reporter,
): Promise<SceneData> {
  const { downscale, near, far, holdout, space, orientation } = settings;
  const scene = await openScene(path, {
    files,
    images,
    ...{ downscale, near, far, holdout, space, orientation },
    ...request,
    checkMemory: (count, bytes) => {
      checkImageMemory(count, bytes, availableMemory());
    },
    report,
  });
  for (const text of scene.warnings) report({ type: 'warning', text });
  return scene;
}

/** Where a run's scene lies now, and in which format, if that is not what the run says. */
export interface MovedScene {
  readonly scene?: string;
  readonly sceneFormat?: string;
}

/**
 * The scene of a run, in the world in which it was trained.
 *
 * @throws InputError, among others if it is no longer where it was
 */
export async function openRunSceneIn(
  places: ScenePlaces,
  { scene, config }: Pick<RunRecord, 'scene' | 'config'>,
  moved: MovedScene,
  splits: readonly SplitName[],
  report: Reporter,
): Promise<{ path: string; scene: SceneData }> {
  const path = moved.scene ?? scene.path;
  if (moved.scene === undefined && (await places.files.kind(path)) === 'missing')
    throw new InputError(`${path}: the scene of the run is no longer there`, 'Say where it lies now with --scene FOLDER, or put it back.');
  const request = { splits, format: moved.sceneFormat ?? scene.format, frame: scene.frame };
  return { path, scene: await openSceneIn(places, path, config.scene, request, report) };
}

/** Says what is odd about a scene that is to be trained on, as `spikeray inspect` does. */
export function reportProblems(scene: SceneData, report: Reporter): void {
  for (const text of sceneProblems(scene, scene.splits.train ?? [])) report({ type: 'warning', text });
}

/** The views of a split that was opened. Throws InputError if there are none. */
export function viewsOf(scene: SceneData, split: SplitName, path: string): readonly View[] {
  const views = scene.splits[split] ?? [];
  if (views.length > 0) return views;
  throw new InputError(
    `${path}: expected views in the split "${split}", found none`,
    `\`spikeray inspect ${quoted(path)}\` lists the splits that the scene has.`,
  );
}

/** Throws MemoryError with the numbers if images would not fit. */
export function checkImageMemory(images: number, bytes: number, available: number): void {
  if (bytes > available)
    throw new MemoryError(
      `the ${images} images need ${byteSize(bytes)}; ${byteSize(available)} of memory are available`,
      'Use smaller images with --downscale N.',
    );
}
