/** The backend that a training runs on: with `auto` the first that can do what its settings ask for. */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { BackendRequest } from '../backends/select-backend.ts';
import type { Reporter } from '../base/events.ts';
import type { Config } from '../config/schema.ts';
import type { Backend } from '../engine/backend.ts';
import type { Machine } from './machine.ts';
import { teacherSpikes } from './open-teacher.ts';
import { checkTrainingMemory, trainingMemory, type TrainingMemory } from './training-memory.ts';

/** Throws BackendError if the backend that is asked for cannot train this, MemoryError if there is no room. */
export async function startToTrain(
  machine: Pick<Machine, 'files' | 'startBackend' | 'availableMemory'>,
  request: BackendRequest,
  scene: SceneData,
  config: Config,
  report: Reporter,
): Promise<{ readonly backend: Backend; readonly needed: TrainingMemory }> {
  const spikes = await teacherSpikes(machine.files, config);
  const backend = await machine.startBackend(request, report, (candidate) => trainingMemory(scene, config, candidate, spikes));
  return { backend, needed: checkTrainingMemory(scene, config, backend, machine.availableMemory(), spikes) };
}
