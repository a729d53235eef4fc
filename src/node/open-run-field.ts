/** From a run folder to an engine that renders, for `eval` and `render`. */
import { voxelCount } from '../geometry/grid.ts';
import { backendRequest, type BackendOptions } from './backend-request.ts';
import type { Backend, FieldEngine } from '../engine/backend.ts';
import { MemoryError } from '../base/errors.ts';
import type { SkipMaskOrigin } from '../energy/subject.ts';
import { openField, type StoredField } from '../eval/open-field.ts';
import { type FieldSpec } from '../model/field-spec.ts';
import { toHex } from '../io/sha256.ts';
import { decodeMask } from '../skip/mask-file.ts';
import { skipPlaces, type SkipWork } from '../skip/skip-mask.ts';
import { openRun, type LoadedRun, type RunFolder } from '../run/run-folder.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import type { Reporter } from '../base/events.ts';
import { availableMemory } from './available-memory.ts';
import { byteSize } from '../base/format.ts';
import { nodeFiles } from './node-files.ts';
import { startBackend } from './start-backend.ts';

export interface RunFieldOptions extends BackendOptions {
  readonly checkpoint?: string;
  /** File of a skip mask: places that it takes for empty are not marched through. */
  readonly skipMask?: string;
}

export interface RunField {
  readonly run: RunFolder;
  readonly checkpoint: Checkpoint;
  /** The file it came from. */
  readonly path: string;
  readonly backend: string;
  /** The skip mask and what it did; null without one. */
  readonly skipped: (SkipMaskOrigin & { readonly work: SkipWork }) | null;
  /** To be disposed of by the caller. */
  readonly engine: FieldEngine;
}

/** Behind the names of folders that results go to, so that those of a mask do not pass for the run's own. */
export function maskedSuffix({ skipMask }: RunFieldOptions): string {
  return skipMask === undefined ? '' : '-skipped';
}

/** The run and its checkpoint, checked; nothing is computed yet. */
export async function loadRun(folder: string, options: RunFieldOptions): Promise<LoadedRun> {
  const run = await openRun(nodeFiles, folder.replace(/(?<=.)\/+$/, ''));
  return { run, ...(await run.load(options.checkpoint)) };
}

/** @param loaded by `loadRun` */
export async function openRunField(loaded: LoadedRun, options: RunFieldOptions, report: Reporter): Promise<RunField> {
  const { run, checkpoint, path } = loaded;
  const { name: choice, gpu } = run.record.backend;
  const request = backendRequest(options, { choice, threads: null, gpu });
  const backend = await startBackend(request, report, (candidate) => drawingBytes(candidate, checkpoint.spec));
  checkMemory(backend, checkpoint.spec, path);
  report({ type: 'note', text: `from ${path}` });
  const masked = options.skipMask === undefined ? null : await maskedField(loaded, options.skipMask, report);
  const engine = await openField(backend, masked?.field ?? checkpoint);
  return { run, checkpoint, path, backend: backend.description, skipped: masked && masked.skipped, engine };
}

async function maskedField(
  { checkpoint, sha256 }: LoadedRun,
  file: string,
  report: Reporter,
): Promise<{ field: StoredField; skipped: NonNullable<RunField['skipped']> }> {
  const content = await nodeFiles.read(file);
  const { occupancy, work } = await skipPlaces(checkpoint, decodeMask(content, file, await sha256()));
  report({ type: 'note', text: `${file}: ${work.kept} of ${work.places} occupied places are left` });
  return { field: { ...checkpoint, readOccupancy: async () => occupancy }, skipped: { ...(await maskOrigin(file)), work } };
}

/** Which mask that is. */
export async function maskOrigin(file: string): Promise<SkipMaskOrigin> {
  return { file, sha256: toHex(await nodeFiles.hash(file)) };
}

/**
 * Throws MemoryError if an engine that renders would not fit.
 *
 * @param path of what it is opened from
 */
export function checkMemory(backend: Backend, spec: FieldSpec, path: string): void {
  const needed = drawingBytes(backend, spec);
  const available = availableMemory();
  if (backend.memory === 'process' && needed > available)
    throw new MemoryError(
      `${path}: rendering needs ${byteSize(needed)} for ${voxelCount(spec.grid)} voxels; ${byteSize(available)} are available`,
      'Close other programs, or use a machine with more memory.',
    );
}

/** Memory of an engine that renders, where the backend has it. */
export function drawingBytes(backend: Backend, spec: FieldSpec): number {
  return backend.estimateBytes(spec, { voxels: voxelCount(spec.grid), trainRays: 0 });
}
