/** A run exported in Node: opened as far as the exporter needs it, written under the run's lock. */
import { dirname } from 'node:path';
import { backgroundColour } from '../../datasets/background.ts';
import { renderImage } from '../../renderer/render-image.ts';
import { InputError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { word } from '../base/option-values.ts';
import {
  checkExportPlace,
  writeExport,
  writesFile,
  type ExportSource,
  type ExportSummary,
  type Exporter,
  type Frame,
} from '../export/exporter.ts';
import { knownExporters } from '../export/index.ts';
import { nodeFiles, removeTemporaries } from '../node/node-files.ts';
import { readChosenUp } from '../run/view-file.ts';
import { replaceResults } from '../node/replace-folder.ts';
import { whileWritingInto } from '../node/write-into.ts';
import { loadRun, openRunField, type LoadedRun, type RunFieldOptions } from '../node/open-run-field.ts';
import { readViewerFile } from '../node/static-viewer.ts';
import { bakeRun } from './bake-run.ts';
import { readViews } from './run-views.ts';

export interface ExportRun extends RunFieldOptions {
  /** Default: below the run, as the exporter says. */
  readonly out?: string;
  /** Replaces what is there. */
  readonly force?: boolean;
  readonly report?: Reporter;
}

export interface Exported extends ExportSummary {
  readonly run: string;
  readonly checkpoint: string;
  readonly format: string;
  /** The file or folder that was written. */
  readonly file: string;
}

/**
 * @param format name of an exporter
 * @throws LockedError while another process writes the run
 */
export async function exportRun(path: string, format: string, options: ExportRun = {}): Promise<Exported> {
  const { force = false, report = () => undefined } = options;
  const exporters = knownExporters();
  const name = word(
    '--format',
    format,
    exporters.map((exporter) => exporter.name),
  );
  const exporter = exporters.find((candidate) => candidate.name === name)!;
  const loaded = await loadRun(path, options);
  const out = options.out ?? `${loaded.run.folder}/${exporter.out}`;
  await checkExportPlace(nodeFiles, exporter, out, force);
  const kind = writesFile(exporter) ? 'file' : 'folder';
  const summary = await whileWritingInto(loaded.run.folder, out, kind, async ({ confirm }) => {
    await removeTemporaries(dirname(out));
    return withSource(loaded, exporter, options, report, (source) => {
      const write = (place: string): Promise<ExportSummary> => writeExport(nodeFiles, exporter, source, place);
      const place = { folder: out, isOwn: options.out === undefined };
      return kind === 'file' ? write(out) : replaceResults(nodeFiles, place, write, confirm);
    });
  });
  return { run: loaded.run.folder, checkpoint: loaded.path, format: name, file: out, ...summary };
}

/** Opens what the exporter needs for as long as `action` takes. */
async function withSource<T>(
  loaded: LoadedRun,
  { needs }: Exporter,
  options: RunFieldOptions,
  report: Reporter,
  action: (source: ExportSource) => Promise<T>,
): Promise<T> {
  const engine = needs.length > 0 ? (await openRunField(loaded, options, report)).engine : null;
  try {
    return await action(sourceOf(loaded, engine));
  } finally {
    await engine?.dispose();
  }
}

function sourceOf({ run, checkpoint, path }: LoadedRun, engine: FieldEngine | null): ExportSource {
  const opened = (): FieldEngine => {
    if (engine === null) throw new RangeError('The exporter has to say that it needs an engine or frames.');
    return engine;
  };
  return {
    folder: run.folder,
    record: run.record,
    checkpoint,
    path,
    baked: () => bakeRun(run, checkpoint, nameOf(run.folder), true),
    viewerFile: readViewerFile,
    engine: opened,
    frames: () => framesOf(opened(), run),
    chosenUp: () => readChosenUp(nodeFiles, run.folder),
  };
}

async function* framesOf(engine: FieldEngine, { record }: LoadedRun['run']): AsyncGenerator<Frame> {
  const { config } = record;
  const { views, problem } = await readViews(record);
  if (problem !== null)
    throw new InputError(`${record.scene.path}: its cameras are needed: ${problem}`, 'Put the scene back where it was.');
  const settings = { background: backgroundColour(config.scene.background), noiseSeed: config.seed };
  for (const { name, camToWorld, intrinsics } of views) {
    const camera = { name, camToWorld, intrinsics };
    yield { camera, image: await renderImage(engine, camera, settings) };
  }
}

/** The last two folders: what runs lie in often says what they are of. */
function nameOf(folder: string): string {
  return folder.replaceAll('\\', '/').split('/').filter(Boolean).slice(-2).join('/');
}
