import { backendRequest, type BackendOptions } from '../../src/node/backend-request.ts';
import { describe, expect, it } from 'vitest';
import type { Backend, BackendName } from '../../src/engine/backend.ts';
import { AUTO, parseBackendChoice, selectBackend, type BackendStarters } from '../../src/backends/select-backend.ts';
import { backendStarters, warnOfBrokenNative } from '../../src/node/start-backend.ts';
import { BackendError, InputError, MemoryError } from '../../src/base/errors.ts';
import type { ProgressEvent } from '../../src/base/events.ts';

function starters(broken: readonly BackendName[] = []): BackendStarters {
  const start = (name: BackendName) => () => {
    if (broken.includes(name)) return Promise.reject(new BackendError(`no ${name} here`));
    return Promise.resolve({ name, description: `the ${name} backend` } as Backend);
  };
  return { webgpu: start('webgpu'), wasm: start('wasm'), tfjs: start('tfjs') };
}

async function select(choice: 'auto' | BackendName, broken?: readonly BackendName[]) {
  const events: ProgressEvent[] = [];
  const backend = await selectBackend(choice, starters(broken), (event) => events.push(event));
  return { name: backend.name, events };
}

describe('selectBackend', () => {
  it('starts the named one and says what it is, or fails with its reason', async () => {
    expect(await select('tfjs')).toEqual({ name: 'tfjs', events: [{ type: 'note', text: 'backend: the tfjs backend' }] });
    await expect(select('wasm', ['wasm'])).rejects.toThrow('no wasm here');
  });

  it('auto says what it chose, and why not the others', async () => {
    expect(await select('auto')).toEqual({ name: 'webgpu', events: [{ type: 'note', text: 'backend (auto): the webgpu backend' }] });
    expect(await select('auto', ['webgpu'])).toEqual({
      name: 'wasm',
      events: [{ type: 'note', text: 'backend (auto): the wasm backend; not webgpu: no webgpu here' }],
    });
    expect(await select('auto', ['webgpu', 'wasm'])).toEqual({
      name: 'tfjs',
      events: [
        { type: 'warning', text: 'backend wasm cannot run: no wasm here' },
        { type: 'note', text: 'backend (auto): the tfjs backend; not webgpu: no webgpu here' },
      ],
    });
    await expect(select('auto', ['webgpu', 'wasm', 'tfjs'])).rejects.toThrow(/no backend can run here: .*no wasm here.*no tfjs here/);
  });

  it('auto leaves out what cannot do the work', async () => {
    const suits = ({ name }: Backend): void => {
      if (name === 'webgpu') throw new MemoryError('the grid is too large');
      if (name === 'wasm') throw new BackendError('no such neuron');
    };
    const events: ProgressEvent[] = [];
    const report = (event: ProgressEvent): number => events.push(event);
    expect((await selectBackend('auto', starters(), report, suits)).name).toBe('tfjs');
    expect(events.at(-1)).toEqual({ type: 'note', text: 'backend (auto): the tfjs backend; not webgpu: the grid is too large' });
    expect((await selectBackend('webgpu', starters(), report, suits)).name).toBe('webgpu');
  });

  it('does not hide failures that are not about the backend', async () => {
    const failing: BackendStarters = { ...starters(['webgpu']), wasm: () => Promise.reject(new TypeError('a defect')) };
    await expect(selectBackend('auto', failing, () => undefined)).rejects.toThrow('a defect');
  });

  it('warns of a native library that is installed but does not load', () => {
    const events: ProgressEvent[] = [];
    const report = (event: ProgressEvent): number => events.push(event);
    const description = 'tfjs: plain JavaScript';
    warnOfBrokenNative({ description, nativeMissing: 'it is not installed', nativeBroken: false }, report);
    warnOfBrokenNative({ description, nativeMissing: 'it does not load: no CUDA', nativeBroken: true }, report);
    expect(events).toEqual([{ type: 'warning', text: 'it does not load: no CUDA; going on with tfjs: plain JavaScript' }]);
  });

  it('knows the names', () => {
    expect(parseBackendChoice('auto')).toBe('auto');
    expect(() => parseBackendChoice('webgp')).toThrow(InputError);
  });
});

describe('what the options ask of the backend', () => {
  const run = { choice: 'webgpu', threads: null, gpu: 'H100' } as const;
  it.each<[BackendOptions, object, object]>([
    [{}, AUTO, AUTO],
    [{ backend: 'wasm', threads: '2' }, AUTO, { choice: 'wasm', threads: 2, gpu: null }],
    [{ gpu: '1' }, AUTO, { choice: 'webgpu', threads: null, gpu: '1' }],
    [{ backend: 'auto', gpu: '1' }, AUTO, { choice: 'webgpu', threads: null, gpu: '1' }],
    [{}, run, run],
    [{ gpu: 'A100' }, run, { ...run, gpu: 'A100' }],
    [{ backend: 'wasm' }, run, { choice: 'wasm', threads: null, gpu: null }],
    [{ backend: 'wasm' }, { choice: 'wasm', threads: 3, gpu: null }, { choice: 'wasm', threads: 3, gpu: null }],
    [{ backend: 'tfjs' }, { choice: 'wasm', threads: 3, gpu: null }, { choice: 'tfjs', threads: null, gpu: null }],
  ])('%j of %j', (options, standard, expected) => {
    expect(backendRequest(options, standard as typeof AUTO)).toEqual(expected);
  });

  it('is refused where it has no meaning', async () => {
    expect(() => backendRequest({ gpu: '' }, AUTO)).toThrow(InputError);
    await expect(backendStarters({ threads: null, gpu: '0' }).wasm()).rejects.toThrow('--gpu has no meaning for the wasm backend');
    await expect(backendStarters({ threads: null, gpu: '0' }).tfjs()).rejects.toThrow('--gpu has no meaning for the tfjs backend');
    await expect(backendStarters({ threads: 2, gpu: null }).tfjs()).rejects.toThrow('--threads has no meaning for the tfjs backend');
    // auto goes on to wasm.
    await expect(backendStarters({ threads: 2, gpu: null }).webgpu()).rejects.toThrow(BackendError);
  });
});
