/** A run exported in Node: opened as far as the exporter needs it, written under the run's lock. */
import { dirname } from 'node:path';
import type { Reporter } from '../base/events.ts';
import { word } from '../base/option-values.ts';
import { checkExportPlace, writeExport, writesFile, type ExportSource, type ExportSummary, type Exporter } from '../export/exporter.ts';
import { knownExporters } from '../export/index.ts';
import { exportSource } from '../jobs/export-source.ts';
import { nodeFiles, removeTemporaries } from './node-files.ts';
import { nodePlaces } from './node-scenes.ts';
import { replaceResults } from './replace-folder.ts';
import { whileWritingInto } from './write-into.ts';
import { loadRun, openRunField, type RunFieldOptions } from './open-run-field.ts';
import type { LoadedRun } from '../run/run-folder.ts';
import { readViewerFile } from './static-viewer.ts';

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
    return await action(
      exportSource({ ...nodePlaces, viewerFile: readViewerFile }, loaded, nameOf(loaded.run.folder), { engine, thumbnails: true }),
    );
  } finally {
    await engine?.dispose();
  }
}

/** The last two folders: what runs lie in often says what they are of. */
function nameOf(folder: string): string {
  return folder.replaceAll('\\', '/').split('/').filter(Boolean).slice(-2).join('/');
}
