/** Whole training runs in memory, saved checkpoints and all, for comparing them bit for bit. */
import type { TensorName } from '../../src/model/tensor-names.ts';
import { expect } from 'vitest';
import type { Backend } from '../../src/engine/backend.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Checkpoint } from '../../src/train/checkpoint.ts';
import type { ProgressEvent, StepMetrics } from '../../src/base/events.ts';
import { trainField, type TrainOptions, type TrainOutcome } from '../../src/train/train-field.ts';
import { tinyScene } from './tiny-scene.ts';

export interface Frozen extends Checkpoint {
  readonly tensors: ReadonlyMap<TensorName, Float32Array>;
  readonly occupancy: Uint8Array;
}

/** All of a checkpoint in memory, independent of the engine it was taken from. */
async function freeze(checkpoint: Checkpoint): Promise<Frozen> {
  const tensors = new Map<TensorName, Float32Array>();
  for (const name of checkpoint.names) tensors.set(name, (await checkpoint.read(name)).slice());
  const occupancy = (await checkpoint.readOccupancy()).slice();
  const read = (name: TensorName): Promise<Float32Array> => Promise.resolve(tensors.get(name)!.slice());
  return {
    ...structuredClone({ ...checkpoint, read: 0, readOccupancy: 0 }),
    read,
    readOccupancy: () => Promise.resolve(occupancy.slice()),
    tensors,
    occupancy,
  };
}

export interface Run {
  readonly outcome: TrainOutcome;
  readonly saved: Frozen[];
  readonly events: ProgressEvent[];
  readonly metrics: StepMetrics[];
}

/** @param stopAfter aborts during the training step of this number, counted over both stages */
export async function run(backend: Backend, config: Config, options: Partial<TrainOptions> = {}, stopAfter = Infinity): Promise<Run> {
  const saved: Frozen[] = [];
  const events: ProgressEvent[] = [];
  const metrics: StepMetrics[] = [];
  const controller = new AbortController();
  let steps = 0;
  const counting: Backend = {
    ...backend,
    createField: async (spec, capacity) => {
      const engine = await backend.createField(spec, capacity);
      const trainStep = engine.trainStep.bind(engine);
      engine.trainStep = (batch, settings) => {
        if (++steps === stopAfter) controller.abort();
        return trainStep(batch, settings);
      };
      return engine;
    },
  };
  const outcome = await trainField({
    scene: tinyScene(),
    config,
    backend: counting,
    save: async (checkpoint) => {
      saved.push(await freeze(checkpoint));
      return { path: `c${saved.length}`, bytes: 1 };
    },
    report: (event) => events.push(event),
    metrics: (line) => {
      metrics.push(line);
      return Promise.resolve();
    },
    signal: controller.signal,
    ...options,
  });
  return { outcome, saved, events, metrics };
}

export function expectSameBits(a: Frozen, b: Frozen): void {
  expect([...a.tensors.keys()]).toEqual([...b.tensors.keys()]);
  for (const [name, tensor] of a.tensors) {
    const other = b.tensors.get(name)!;
    let different = tensor.length === other.length ? 0 : -1;
    tensor.forEach((value, i) => (different += Object.is(value, other[i]) ? 0 : 1));
    expect({ name, different }).toEqual({ name, different: 0 });
  }
  expect(a.occupancy).toEqual(b.occupancy);
  expect({ ...a.state, seconds: 0, stageStart: 0 }).toEqual({ ...b.state, seconds: 0, stageStart: 0 });
  expect(a.spec).toEqual(b.spec);
}
