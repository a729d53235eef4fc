/** The field of a kept run, drawn in this page. */
import type { BackendRequest } from '../backends/select-backend.ts';
import { MemoryError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import { byteSize } from '../base/format.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { openField } from '../eval/open-field.ts';
import { voxelCount } from '../geometry/grid.ts';
import type { Machine } from '../jobs/machine.ts';
import type { LoadedRun } from '../run/run-folder.ts';

/** Where a run goes on here: the one that began may have had more threads, or a GPU that is not here. */
export function backendHere(choice: BackendRequest['choice'], gpu: string | null): BackendRequest {
  return { choice: choice === 'tfjs' ? 'wasm' : choice, threads: null, gpu };
}

/**
 * Opens the field for as long as `action` takes.
 *
 * @param action gets what draws it, and its description
 * @throws MemoryError
 */
export async function withRunField<T>(
  machine: Machine,
  { run, checkpoint, path }: LoadedRun,
  report: Reporter,
  action: (engine: FieldEngine, backend: string) => Promise<T>,
): Promise<T> {
  const { name, gpu } = run.record.backend;
  const backend = await machine.startBackend(backendHere(name, gpu), report);
  const needed = backend.estimateBytes(checkpoint.spec, { voxels: voxelCount(checkpoint.spec.grid), trainRays: 0 });
  if (backend.memory === 'process' && needed > machine.availableMemory())
    throw new MemoryError(
      `${path}: rendering needs ${byteSize(needed)}; ${byteSize(machine.availableMemory())} are available`,
      'Close other tabs, or use a machine with more memory.',
    );
  const engine = await openField(backend, checkpoint);
  try {
    return await action(engine, backend.description);
  } finally {
    await engine.dispose();
  }
}
