/** From a run folder to an engine that renders, for `eval` and `render`. */
import { voxelCount } from '../geometry/grid.ts';
import { backendRequest, type BackendOptions } from './backend-request.ts';
import type { Backend, FieldEngine } from '../engine/backend.ts';
import { MemoryError } from '../base/errors.ts';
import { openField } from '../eval/open-field.ts';
import { type FieldSpec } from '../model/field-spec.ts';
import { openRun, type RunFolder } from '../run/run-folder.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import type { Reporter } from '../base/events.ts';
import { availableMemory } from './available-memory.ts';
import { byteSize } from '../base/format.ts';
import { nodeFiles } from './node-files.ts';
import { startBackend } from './start-backend.ts';

export interface RunFieldOptions extends BackendOptions {
  readonly checkpoint?: string;
}

export interface RunField {
  readonly run: RunFolder;
  readonly checkpoint: Checkpoint;
  /** The file it came from. */
  readonly path: string;
  readonly backend: string;
  /** To be disposed of by the caller. */
  readonly engine: FieldEngine;
}

/** The run and its checkpoint, checked; nothing is computed yet. */
export async function loadRun(folder: string, options: RunFieldOptions): Promise<Omit<RunField, 'engine' | 'backend'>> {
  const run = await openRun(nodeFiles, folder.replace(/(?<=.)\/+$/, ''));
  return { run, ...(await run.load(options.checkpoint)) };
}

/** @param loaded by `loadRun` */
export async function openRunField(
  loaded: Omit<RunField, 'engine' | 'backend'>,
  options: RunFieldOptions,
  report: Reporter,
): Promise<RunField> {
  const { run, checkpoint, path } = loaded;
  const { name: choice, gpu } = run.record.backend;
  const backend = await startBackend(backendRequest(options, { choice, threads: null, gpu }), report);
  checkMemory(backend, checkpoint.spec, path);
  report({ type: 'note', text: `from ${path}` });
  return { run, checkpoint, path, backend: backend.description, engine: await openField(backend, checkpoint) };
}

/**
 * Throws MemoryError if an engine that renders would not fit.
 *
 * @param path of what it is opened from
 */
export function checkMemory(backend: Backend, spec: FieldSpec, path: string): void {
  const voxels = voxelCount(spec.grid);
  const needed = backend.estimateBytes(spec, { voxels, trainRays: 0 });
  const available = availableMemory();
  if (backend.memory === 'process' && needed > available)
    throw new MemoryError(
      `${path}: rendering needs ${byteSize(needed)} for ${voxels} voxels; ${byteSize(available)} are available`,
      'Close other programs, or use a machine with more memory.',
    );
}
