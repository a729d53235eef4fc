/** A run as exporters see it, wherever it lies. */
import { backgroundColour } from '../../datasets/background.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { InputError } from '../base/errors.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { ExportSource, Frame } from '../export/exporter.ts';
import type { LoadedRun, RunFolder } from '../run/run-folder.ts';
import { readChosenUp } from '../run/view-file.ts';
import { bakeRun } from './bake-run.ts';
import type { ScenePlaces } from './run-scenes.ts';
import { readViews } from './run-views.ts';

export interface ExportPlaces extends Pick<ScenePlaces, 'files' | 'images'>, Pick<ExportSource, 'viewerFile'> {}

export interface SourceOptions {
  /** Draws the field; null: the exporter needs none. */
  readonly engine: FieldEngine | null;
  /** Whether baked scenes carry small copies of the photos. */
  readonly thumbnails: boolean;
}

/** @param name as people know the run */
export function exportSource(
  places: ExportPlaces,
  { run, checkpoint, path }: Pick<LoadedRun, 'run' | 'checkpoint' | 'path'>,
  name: string,
  { engine, thumbnails }: SourceOptions,
): ExportSource {
  const opened = (): FieldEngine => {
    if (engine === null) throw new RangeError('The exporter has to say that it needs an engine or frames.');
    return engine;
  };
  return {
    folder: run.folder,
    record: run.record,
    checkpoint,
    path,
    baked: () => bakeRun(places, run, checkpoint, name, thumbnails),
    viewerFile: places.viewerFile,
    engine: opened,
    frames: () => framesOf(places, opened(), run),
    chosenUp: () => readChosenUp(places.files, run.folder),
  };
}

async function* framesOf(places: ExportPlaces, engine: FieldEngine, { record }: RunFolder): AsyncGenerator<Frame> {
  const { config } = record;
  const { views, problem } = await readViews(places, record);
  if (problem !== null)
    throw new InputError(`${record.scene.path}: its cameras are needed: ${problem}`, 'Put the scene back where it was.');
  const settings = { background: backgroundColour(config.scene.background), noiseSeed: config.seed };
  for (const { name, camToWorld, intrinsics } of views) {
    const camera = { name, camToWorld, intrinsics };
    yield { camera, image: await renderImage(engine, camera, settings) };
  }
}
