/** From stored tensors, a checkpoint's or a baked scene's, to an engine that renders: no moments, no gradients. */
import { voxelCount } from '../geometry/grid.ts';
import type { Backend, FieldEngine } from '../engine/backend.ts';
import { disposeOnFailure } from '../engine/dispose-on-failure.ts';
import { renderingTensors } from '../model/tensor-names.ts';
import type { Checkpoint } from '../train/checkpoint.ts';

export type StoredField = Pick<Checkpoint, 'spec' | 'read' | 'readOccupancy'>;

/** The caller disposes of the engine. */
export async function openField(backend: Backend, stored: StoredField): Promise<FieldEngine> {
  const { spec } = stored;
  const engine = await backend.createField(spec, { voxels: voxelCount(spec.grid), trainRays: 0 });
  return disposeOnFailure(engine, async () => {
    for (const name of renderingTensors(spec)) await engine.write(name, await stored.read(name));
    await engine.writeOccupancy(await stored.readOccupancy());
    return engine;
  });
}
