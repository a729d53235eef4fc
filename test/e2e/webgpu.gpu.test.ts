/** The backend webgpu through the command line, on the software adapter: choosing it, training on it, and what remains when it fails. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testAdapter } from '../helpers/test-adapter.ts';
import { cli, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { contentOf } from './run-files.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
/** No driver is found. */
const NO_GPU = { VK_DRIVER_FILES: join(folder, 'no-driver.json') };
let software: string;
/** The command line sees the software adapter alone, also where there is a real GPU. */
let gpu: string[];

beforeAll(async () => {
  await tinyScene(scene);
  software = (await testAdapter()).name;
  gpu = ['--gpu', software];
});

describe('choosing a GPU', () => {
  it('a machine without a GPU is told so, and nothing is written', async () => {
    const out = join(folder, 'none');
    const train = ['train', scene, '--out', out, ...TINY];
    await expectError([...train, '--backend', 'webgpu'], { env: NO_GPU, says: ['no GPU was found', 'spikeray doctor'], notWritten: out });
    await expectError([...train, '--gpu', '0'], { env: NO_GPU, says: ['no GPU was found'], notWritten: out });
    await expectError([...train, '--gpu', 'Voodoo 3'], { says: ['--gpu Voodoo 3: no such GPU', software], notWritten: out });
    await expectError([...train, '--backend', 'wasm', '--gpu', '0'], {
      says: ['--gpu has no meaning for the wasm backend'],
      notWritten: out,
    });
    await expectError([...train, '--gpu', ''], { says: ['--gpu: expected a name'], notWritten: out });
  });

  it('auto goes on without one, and says so', async () => {
    const { stderr } = await succeed(['train', scene, '--out', join(folder, 'auto'), ...TINY, '--max-steps', '1'], { env: NO_GPU });
    expect(stderr).toMatch(/backend \(auto\): wasm.*; not webgpu: no GPU was found\n/);
    expect(stderr).not.toMatch(/vulkan|driver/i);
  });

  it('doctor lists the adapters, or says why there is none', async () => {
    const machine = JSON.parse((await succeed(['doctor', '--json'])).stdout) as {
      gpus: { adapters: { name: string; software: boolean }[] };
    };
    expect(machine.gpus.adapters).toContainEqual(expect.objectContaining({ name: software, software: true, reason: null }));
    expect((await succeed(['doctor'], { env: NO_GPU })).stdout).toMatch(/^GPUs +none: .*no-driver.json/m);
  });
});

describe('a run on the GPU', () => {
  it('trains, goes on, is evaluated and rendered there and on the processor alike', async () => {
    const run = await tinyRun(scene, join(folder, 'run'), ...gpu, '--max-steps', '20');
    const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as { backend: object };
    expect(config.backend).toMatchObject({ name: 'webgpu', threads: null, gpu: software });
    const { stdout } = await succeed(['resume', run, '--max-steps', '40', '--json', '--quiet']);
    expect(JSON.parse(stdout)).toMatchObject({ step: 40, backend: expect.stringContaining(software) as string });
    const psnr = async (...more: string[]): Promise<number> =>
      (JSON.parse((await succeed(['eval', run, '--json', '--quiet', ...more])).stdout) as { psnr: number }).psnr;
    expect(await psnr('--backend', 'wasm')).toBeCloseTo(await psnr(), 2);
    await succeed(['render', run, '--frames', '1', '--size', '24x24', '--quiet']);
    expect(existsSync(join(run, 'render/orbit/frame_0000.png'))).toBe(true);
  });

  it('learns from a twin that is trained there first, and drops neurons', async () => {
    const taught = ['--teacher', 'twin', '--set', 'distillation.potential=0.5', '--set', 'network.dropout=0.2'];
    const run = await tinyRun(scene, join(folder, 'taught'), ...gpu, '--max-steps', '5', ...taught);
    expect(readdirSync(join(run, 'checkpoints'))).toContain('fine-00000005.safetensors');
  });

  it('is the same run, bit for bit, when it is trained again', async () => {
    const train = async (name: string) => contentOf(await tinyRun(scene, join(folder, name), ...gpu, '--max-steps', '20'));
    expect(await train('again')).toEqual(await train('once'));
  });
});

describe('a GPU that fails while it trains', () => {
  const preload = `--import=${new URL('./faulty-gpu.mjs', import.meta.url).href}`;
  const fault = (kind: string, after: number) => ({ NODE_OPTIONS: preload, FAULTY_GPU: kind, FAULTY_GPU_AFTER: String(after) });

  it('ends in a clear error; what was saved is whole and training goes on from it', async () => {
    const run = join(folder, 'lost');
    // The coarse stage has 30 steps; after it the fine stage is saved.
    const train = ['train', scene, '--out', run, ...TINY, ...gpu];
    await expectError(train, {
      code: 1,
      env: fault('lost', 95),
      says: ['was lost', 'training stopped, fine step 0 is saved', 'spikeray resume'],
    });
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['fine-00000000.safetensors']);
    await expectError(['resume', run], { code: 1, env: fault('error', 30), says: ['reported an error', 'fine step 0 is saved'] });
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['fine-00000000.safetensors']);
    // In the middle of reading what is to be saved: a step needs no tensor.
    const saving = ['resume', run, '--max-steps', '1'];
    // Tensors are read twice: for the header, and while they are written.
    for (const after of [2, 28]) {
      await expectError(saving, { code: 1, env: fault('saving', after), says: ['was lost', 'reading', 'fine step 0 is saved'] });
      expect(readdirSync(join(run, 'checkpoints'))).toEqual(['fine-00000000.safetensors']);
    }
    // Nothing has been trained since: the field is refused as one that does not fit.
    await expectError(['resume', run], { env: fault('memory', 0), says: ['which the GPU refused', 'OUT_OF_DEVICE_MEMORY'] });
    expect((await succeed(['resume', run, '--quiet', '--json', '--max-steps', '40'])).stdout).toContain('"step": 40');
  });

  it('before anything was saved', async () => {
    const run = join(folder, 'early');
    const found = await cli(['train', scene, '--out', run, ...TINY, ...gpu], { env: fault('error', 8) });
    expect(found.code).toBe(1);
    expect(found.stderr).toContain('nothing was saved yet');
    expect(existsSync(join(run, 'checkpoints')) ? readdirSync(join(run, 'checkpoints')) : []).toEqual([]);
  });

  it('has no memory for the fine stage', async () => {
    const run = join(folder, 'full');
    const found = await cli(['train', scene, '--out', run, ...TINY, ...gpu], { env: fault('memory', 2) });
    expect(found.code).toBe(1);
    for (const part of ['the field needs', 'which the GPU refused', 'training stopped, nothing was saved yet'])
      expect(found.stderr).toContain(part);
    expect(existsSync(join(run, 'checkpoints')) ? readdirSync(join(run, 'checkpoints')) : []).toEqual([]);
  });

  it('while it renders: no picture, no report', async () => {
    const run = await tinyRun(scene, join(folder, 'rendered'), '--backend', 'wasm', '--max-steps', '5');
    await expectError(['eval', run, ...gpu], { code: 1, env: fault('lost', 1), says: ['was lost'], notWritten: join(run, 'eval/test') });
  });
});
