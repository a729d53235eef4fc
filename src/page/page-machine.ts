/** A page, as training asks for it: to be made in a worker, for one training. */
import { createPageWasmBackend } from '../backends/wasm/launch-page.ts';
import type { WebgpuDevice } from '../backends/webgpu/device.ts';
import { openPageDevice } from '../backends/webgpu/launch-page.ts';
import { createWebgpuBackend } from '../backends/webgpu/webgpu-backend.ts';
import { selectBackend, type BackendRequest, type BackendStarters } from '../backends/select-backend.ts';
import { BackendError, InputError } from '../base/errors.ts';
import { heldOutViewsIn } from '../jobs/held-out-views.ts';
import type { Machine } from '../jobs/machine.ts';
import { openSceneIn, reportProblems, viewsOf } from '../jobs/run-scenes.ts';
import type { Files } from '../io/files.ts';
import { lockPageFolder, pageHolder } from './page-lock.ts';
import { pageMemory, pagePlaces } from './page-places.ts';

export function pageMachine(files: Files): Machine {
  const began = performance.now();
  const places = pagePlaces(files);
  return {
    files,
    runtime: navigator.userAgent,
    lockFolder: lockPageFolder(files),
    holderOf: pageHolder,
    absolute: (path) => `/${path.split('/').filter(Boolean).join('/')}`,
    toGoOn: () => 'Then press "Go on" at the run.',
    openTrainingScene: async ({ path, format, frame }, settings, report) => {
      const scene = await openSceneIn(places, path, settings, { splits: ['train'], format, frame }, report);
      viewsOf(scene, 'train', path);
      reportProblems(scene, report);
      return scene;
    },
    openHeldOutViews: (run, checkpoint, split, report) => heldOutViewsIn(places, run, checkpoint, {}, split, report),
    startBackend: (request, report, suits) => selectBackend(request.choice, pageStarters(request), report, suits),
    peakMemory: () => undefined,
    availableMemory: pageMemory,
    seconds: () => (performance.now() - began) / 1000,
  };
}

/** A software adapter is taken where a GPU is named, as in Node. */
export function pageStarters({ threads, gpu }: Omit<BackendRequest, 'choice'>): BackendStarters {
  return {
    webgpu: async () => {
      if (threads !== null)
        throw new BackendError('threads are those of the processor', 'Leave their number out, or use the backend wasm.');
      return createWebgpuBackend(await deviceHere(gpu !== null));
    },
    wasm: () => {
      if (gpu !== null) throw new InputError('the backend wasm uses no GPU', 'Leave the GPU out, or use the backend webgpu.');
      return createPageWasmBackend(threads);
    },
    tfjs: () => Promise.reject(new BackendError('pages do not carry the backend tfjs', 'Use wasm, or the command line.')),
  };
}

/** A worker has one: it is asked for whenever a setting is changed. One that failed has a successor. */
let device: WebgpuDevice | null = null;

async function deviceHere(software: boolean): Promise<WebgpuDevice> {
  if (device === null || device.failed || (device.software && !software)) device = await openPageDevice(software);
  return device;
}
