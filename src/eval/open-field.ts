/** From a checkpoint to an engine that renders: no moments, no gradients. */
import type { Backend, FieldEngine } from '../backends/backend.ts';
import { disposeOnFailure } from '../model/dispose-on-failure.ts';
import { voxelCount } from '../model/field-spec.ts';
import { renderingTensors } from '../model/tensor-names.ts';
import type { Checkpoint } from '../train/checkpoint.ts';

/** The caller disposes of the engine. */
export async function openField(backend: Backend, checkpoint: Checkpoint): Promise<FieldEngine> {
  const { spec } = checkpoint;
  const engine = await backend.createField(spec, { voxels: voxelCount(spec.grid), trainRays: 0 });
  return disposeOnFailure(engine, async () => {
    for (const name of renderingTensors(spec)) await engine.write(name, await checkpoint.read(name));
    await engine.writeOccupancy(await checkpoint.readOccupancy());
    return engine;
  });
}
