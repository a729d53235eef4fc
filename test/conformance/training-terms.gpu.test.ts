import { voxelCount } from '../../src/geometry/grid.ts';
import { expect, test } from 'vitest';
import type { FieldEngine } from '../../src/engine/backend.ts';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { type FieldSpec } from '../../src/model/field-spec.ts';
import { fieldFixture } from '../helpers/field-fixtures.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { closedFormCases, trainingTermCases } from './training-cases.ts';

describeConformance('wasm, terms of training', () => createWasmBackend({ threads: 2 }), [...trainingTermCases, ...closedFormCases]);

test.each([
  ['tfjs', () => createTfjsBackend()],
  ['wasm', () => createWasmBackend({ threads: 1 })],
  ['webgpu', async () => createWebgpuBackend(await openTestDevice())],
])('%s refuses a teacher that does not fit, and its terms of the loss without one', async (_name, start) => {
  const backend = await start();
  const { spec, teacher, batch, settings } = fieldFixture({ teacher: true, loss: { teacherColour: 0.5 } });
  const create = (of: FieldSpec, teacherVoxels: number): Promise<FieldEngine> =>
    backend.createField(of, { voxels: voxelCount(of.grid), trainRays: 64, teacherVoxels });
  const room = voxelCount(teacher!.grid);
  const engine = await create(spec, room);
  const others = [await create(spec, room - 1), await create(fieldFixture({ network: null }).spec, room)];
  for (const other of others) await expect(other.setTeacher(teacher)).rejects.toThrow(RangeError);

  await expect(engine.trainStep(batch, settings)).rejects.toThrow(RangeError);
  await expect(engine.setTeacher({ ...teacher!, features: teacher!.features.slice(1) })).rejects.toThrow(RangeError);
  for (const layer of teacher!.weights.keys())
    await expect(
      engine.setTeacher({ ...teacher!, weights: teacher!.weights.map((w, l) => (l === layer ? w.slice(1) : w)) }),
    ).rejects.toThrow(RangeError);
  await expect(engine.setTeacher({ ...teacher!, weights: teacher!.weights.slice(1) })).rejects.toThrow(RangeError);
  await engine.setTeacher(teacher);
  await engine.trainStep(batch, settings);
  await engine.setTeacher(null);
  await expect(engine.trainStep(batch, settings)).rejects.toThrow(RangeError);
  // One of spikes is another's that was made for it, and none for a GPU.
  await expect(engine.setTeacher({ ...teacher!, spiking: new Map() })).rejects.toThrow('Capacity.teacherSpikes');
  const spiking = backend.createField(spec, { voxels: voxelCount(spec.grid), trainRays: 64, teacherVoxels: room, teacherSpikes: true });
  if (backend.name === 'webgpu') await expect(spiking).rejects.toThrow('a teacher is an ANN');
  else {
    await (await spiking).setTeacher({ ...teacher!, spiking: new Map() });
    await (await spiking).dispose();
  }
  await engine.setTeacher(teacher);
  // Pairs of samples are compared where the engine was made for it.
  const paired = { ...settings, loss: { ...settings.loss, teacherGram: 0.1 } };
  await expect(engine.trainStep(batch, paired)).rejects.toThrow('Capacity.teacherGrams');
  const made = backend.createField(spec, { voxels: voxelCount(spec.grid), trainRays: 64, teacherVoxels: room, teacherGrams: true });
  if (backend.name === 'webgpu') await expect(made).rejects.toThrow('distillation.gram');
  else await (await made).dispose();
  for (const each of [engine, ...others]) await each.dispose();
});
