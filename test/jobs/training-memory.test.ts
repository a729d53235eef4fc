/** What is estimated before training is what training then reserves. */
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { trainingMemory } from '../../src/jobs/training-memory.ts';
import { run } from '../train/run-in-memory.ts';
import { leastConfig, tinyScene } from '../train/tiny-scene.ts';

it('the engines of a training are made for the capacities that were estimated', async () => {
  const least = leastConfig();
  // An ANN first, neurons that drop out, total variation: all that a capacity has.
  const config = {
    ...least,
    network: { ...least.network, dropout: 0.1 },
    fine: {
      ...least.fine,
      annShare: 0.5,
      loss: { ...least.fine.loss, totalVariation: { density: 1e-5, features: 0 }, totalVariationDenseUntil: 2 },
    },
  };
  const backend = await createTfjsBackend();
  const estimated = new Set<string>();
  const reserved = new Set<string>();
  const key = (neuron: string | undefined, capacity: object): string => JSON.stringify([neuron ?? 'coarse', capacity]);
  const watched: Backend = {
    ...backend,
    estimateBytes: (spec, capacity) => {
      estimated.add(key(spec.network?.neuron, { ...capacity, steps: 0, voxels: 0, fieldFloats: 0 }));
      return backend.estimateBytes(spec, capacity);
    },
    createField: (spec, capacity) => {
      reserved.add(key(spec.network?.neuron, { ...capacity, steps: 0, voxels: 0, fieldFloats: 0 }));
      return backend.createField(spec, capacity);
    },
  };
  trainingMemory(tinyScene(), config, watched);
  await run(watched, config);
  expect(reserved.size).toBe(3);
  expect(estimated).toEqual(reserved);
});
