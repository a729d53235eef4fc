/** A teacher of spikes that is the student itself: nothing is left to learn from it. Another one: test/conformance. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { NO_LOSS_TERMS, type Backend, type FieldEngine, type LossWeights, type Teacher } from '../../src/engine/backend.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { seenWeights } from '../../src/model/quantised-layers.ts';
import { spikingTensors } from '../../src/model/tensor-names.ts';
import { capacityOf, fieldFixture, loadFixture, type FieldFixture } from '../helpers/field-fixtures.ts';
import { createSpecification } from '../helpers/specification.ts';

const terms = { teacherColour: 0.5, teacherPotential: 0.2, teacherGram: 0.1 };
const fixture = fieldFixture({
  rays: 8,
  loss: { ...NO_LOSS_TERMS, ...terms },
  network: { neuron: 'plif', temporal: 'pad', featureLevels: 15, viewLevels: 8, quantiser: 'learned-bits' },
});

async function itself(engine: FieldEngine, { spec, tensors }: FieldFixture): Promise<Teacher> {
  const weights = await seenWeights(spec, (name) => engine.read(name));
  const spiking = new Map(await Promise.all(spikingTensors(spec).map(async (name) => [name, await engine.read(name)] as const)));
  return { grid: spec.grid, features: tensors['features']!, weights: [...weights.values()], spiking };
}

describe.each([
  ['tfjs', createSpecification],
  ['wasm', () => createWasmBackend({ threads: 1 })],
] as const)('on %s', (_, create) => {
  let backend: Backend;
  let engine: FieldEngine;
  beforeAll(async () => {
    backend = await create();
    const room = { teacherVoxels: voxelCount(fixture.spec.grid), teacherSpikes: true };
    engine = await backend.createField(fixture.spec, { ...capacityOf(fixture), ...room });
    await loadFixture(engine, fixture);
  });
  afterAll(() => engine.dispose());

  const lossOf = async (loss: LossWeights): Promise<number> =>
    (await engine.gradients(fixture.batch, { ...fixture.settings, loss })).result.loss;

  test('a student that is its teacher has no distance to it', async () => {
    await engine.setTeacher(await itself(engine, fixture));
    const alone = await lossOf(NO_LOSS_TERMS);
    expect(Math.abs((await lossOf({ ...NO_LOSS_TERMS, ...terms })) / alone - 1)).toBeLessThan(1e-4);
  });

  test('what the neurons of the teacher learned is its own', async () => {
    const same = await itself(engine, fixture);
    const alone = await lossOf(NO_LOSS_TERMS);
    for (const [name, values] of same.spiking!) {
      await engine.setTeacher({ ...same, spiking: new Map([...same.spiking!, [name, values.map((value) => value - 0.7)]]) });
      expect(await lossOf({ ...NO_LOSS_TERMS, ...terms }), name).toBeGreaterThan(1.001 * alone);
    }
    await expect(engine.setTeacher({ ...same, spiking: new Map() })).rejects.toThrow("the teacher's n1.tau has to have 1 values, not 0");
  });
});
