/** On which backend `auto` trains, with a teacher that one of them cannot ask. */
import { expect, it } from 'vitest';
import { selectBackend, type BackendChoice } from '../../src/backends/select-backend.ts';
import { checkField } from '../../src/backends/webgpu/check-field.ts';
import { BackendError } from '../../src/base/errors.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Backend } from '../../src/engine/backend.ts';
import type { Machine } from '../../src/jobs/machine.ts';
import { startToTrain } from '../../src/jobs/start-to-train.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { createRun } from '../../src/run/run-folder.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { leastConfig, tinyScene } from '../train/tiny-scene.ts';

const config = leastConfig();
const scene = tinyScene();
const folder = temporaryFolder();
const silent = (): void => undefined;

async function teacherOf(neuron: string): Promise<string> {
  const { name, format, fingerprint } = scene;
  const place = { path: '/scene', name, format, fingerprint, frame: null };
  const backend = { name: 'wasm', description: '', threads: 1, gpu: null } as const;
  const own: Config = { ...config, network: { ...config.network, neuron } };
  const about = { spikeray: '0.0.0', node: 'v20', created: '2026-01-01T00:00:00Z' };
  return (await createRun(nodeFiles, `${folder}/${neuron}`, { ...about, scene: place, backend, teacher: null, config: own }, false)).folder;
}

const backend = (name: Backend['name'], check: typeof checkField): Backend => ({
  ...{ name, description: name, memory: 'process', createField: () => Promise.reject(new Error('nothing is trained')) },
  estimateBytes: (spec, capacity) => {
    check(spec, capacity);
    return 1;
  },
});
const starters = {
  webgpu: () => Promise.resolve(backend('webgpu', checkField)),
  wasm: () => Promise.resolve(backend('wasm', silent)),
  tfjs: () => Promise.resolve(backend('tfjs', silent)),
};
const machine: Pick<Machine, 'files' | 'startBackend' | 'availableMemory'> = {
  files: nodeFiles,
  startBackend: ({ choice }, report, suits) => selectBackend(choice, starters, report, suits),
  availableMemory: () => 2 ** 40,
};

async function chosen(choice: BackendChoice, teacher: string | null): Promise<string> {
  const taught = { ...config, distillation: { ...config.distillation, teacher } };
  const { backend } = await startToTrain(machine, { choice, threads: null, gpu: null }, scene, taught, silent);
  return backend.name;
}

it('takes the GPU but for a teacher of spikes, which its kernels do not ask', async () => {
  const [spikes, ann] = [await teacherOf('lif'), await teacherOf('relu')];
  for (const teacher of [null, 'twin', ann, `${folder}/not-yet`]) expect(await chosen('auto', teacher), String(teacher)).toBe('webgpu');
  for (const teacher of [spikes, `${spikes}/`]) expect(await chosen('auto', teacher), teacher).toBe('wasm');
  await expect(chosen('webgpu', spikes)).rejects.toThrow(BackendError);
});
