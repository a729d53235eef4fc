/** What turns a trained run into files for other programs. */
import type { NamedCamera } from '../../renderer/paths/camera-path.ts';
import type { RenderedImage } from '../../renderer/render-image.ts';
import { InputError } from '../base/errors.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { Vec3 } from '../geometry/vector.ts';
import type { Files } from '../io/files.ts';
import { checkFolderFree } from '../run/check-folder-free.ts';
import type { RunRecord } from '../run/run-record.ts';
import type { Checkpoint } from '../train/checkpoint.ts';

/** What has to be opened beside the checkpoint. */
export type Need = 'engine' | 'frames';

export interface Frame {
  readonly camera: NamedCamera;
  readonly image: RenderedImage;
}

/** A run as exporters see it. */
export interface ExportSource {
  readonly folder: string;
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
  /** The file that the checkpoint came from. */
  readonly path: string;
  /** The run as one file that the viewer opens by itself, in pieces (src/baked/). */
  baked(): Promise<readonly Uint8Array[]>;
  /** A file of the built viewer that needs no server. Throws InputError if it is not built. */
  viewerFile(name: string): Promise<Uint8Array>;
  /** Renders. Throws RangeError unless the exporter needs an engine. */
  engine(): FieldEngine;
  /** The field seen from each camera of its scene. Throws RangeError unless the exporter needs frames. */
  frames(): AsyncIterable<Frame>;
  /** Which way is up, as somebody chose in the viewer; null: nobody has. */
  chosenUp(): Promise<Vec3 | null>;
}

export interface ExportedFile {
  /** Below the place that is written to; '': that place is the file. */
  readonly path: string;
  /** Its bytes in pieces. */
  readonly content: readonly Uint8Array[];
}

/** What to say of the export. */
export interface ExportSummary {
  readonly json: object;
  /** A line, which follows the place that was written. */
  readonly text: string;
}

export interface Exporter {
  readonly name: string;
  /** For the help, after the name. */
  readonly summary: string;
  /** Where it is written below the run unless another place is given; with an ending it is a file, else a folder. */
  readonly out: string;
  readonly needs: readonly Need[];
  /** @throws InputError, before the first file, for what the format cannot express */
  files(source: ExportSource): AsyncGenerator<ExportedFile, ExportSummary>;
}

export const writesFile = ({ out }: Exporter): boolean => /\.\w+$/.test(out);

/** Throws InputError if something is in the way. */
export async function checkExportPlace(files: Files, exporter: Exporter, out: string, force: boolean): Promise<void> {
  if (!writesFile(exporter)) return checkFolderFree(files, out, force, 'export');
  const kind = await files.kind(out);
  if (kind === 'missing' || (force && kind === 'file')) return;
  throw new InputError(`${out}: the ${kind} exists`, `Choose another with --out${kind === 'file' ? ', or replace it with --force' : ''}.`);
}

/** File by file, each as it comes. */
export async function writeExport(files: Files, exporter: Exporter, source: ExportSource, out: string): Promise<ExportSummary> {
  const stream = exporter.files(source);
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return next.value;
    const { path, content } = next.value;
    await files.writeAtomic(path === '' ? out : `${out}/${path}`, content);
  }
}
