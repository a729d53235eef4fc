/** Between an engine in training and a checkpoint, both ways. */
import type { Backend, FieldEngine } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { disposeOnFailure } from '../engine/dispose-on-failure.ts';
import { trainingTensors } from '../model/tensor-names.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainState } from './train-state.ts';

/** A view of the engine as it is now: to be saved before the next step. */
export function snapshot(engine: FieldEngine, state: TrainState, config: Config, sceneFingerprint: string): Checkpoint {
  return {
    state,
    spec: engine.spec,
    config,
    sceneFingerprint,
    names: trainingTensors(engine.spec),
    read: (name) => engine.read(name),
    readOccupancy: () => engine.readOccupancy(),
  };
}

/** An engine that trains on from where the checkpoint was taken. */
export async function restoreEngine(
  backend: Backend,
  checkpoint: Checkpoint,
  capacity: Parameters<Backend['createField']>[1],
): Promise<FieldEngine> {
  const engine = await backend.createField(checkpoint.spec, capacity);
  return disposeOnFailure(engine, async () => {
    for (const name of trainingTensors(checkpoint.spec)) await engine.write(name, await checkpoint.read(name));
    await engine.writeOccupancy(await checkpoint.readOccupancy());
    return engine;
  });
}
