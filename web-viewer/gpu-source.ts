/** The page's GPU, with the kernels of the webgpu backend. Loaded only where pictures are drawn on it. */
import { EngineSource } from '../src/frames/engine-source.ts';
import { ShownField } from '../src/frames/shown-field.ts';
import type { Backend } from '../src/engine/backend.ts';
import { describeAdapter } from '../src/backends/webgpu/adapters.ts';
import { openDevice, type WebgpuDevice } from '../src/backends/webgpu/device.ts';
import { createWebgpuBackend } from '../src/backends/webgpu/webgpu-backend.ts';
import { decodeScene } from '../src/baked/decode-scene.ts';
import { BackendError } from '../src/base/errors.ts';
import { openField } from '../src/eval/open-field.ts';

/** Thirty frames a second. */
const INTERVAL = 33;

export interface PageGpu {
  /** Its name, as far as the browser tells. */
  readonly name: string;
  readonly device: GPUDevice;
  /** A source of pictures of a baked scene. What goes wrong with it or the GPU, `draw` throws. */
  open(scene: Uint8Array<ArrayBuffer>, name: string): EngineSource;
}

/**
 * @param software take a software adapter too: it draws slower than the server
 * @throws BackendError with the reason if no GPU can draw here
 */
export async function openPageGpu(software: boolean): Promise<PageGpu> {
  const adapter = await findAdapter();
  const facts = describeAdapter(adapter, 0);
  if (facts.software && !software) throw new BackendError(`this browser has no GPU to compute on, only a software adapter (${facts.name})`);
  const device = await openDevice(adapter, {}, facts);
  const backend = createWebgpuBackend(device, { halfFeatures: true });
  return {
    name: device.description,
    device: device.device,
    open: (scene, name) => new EngineSource(openShown(backend, device, scene, name), INTERVAL),
  };
}

async function findAdapter(): Promise<GPUAdapter> {
  // Not in every browser, and only where the page came from this machine or over https.
  const { gpu } = navigator as Partial<Navigator>;
  if (gpu === undefined)
    throw new BackendError(isSecureContext ? 'this browser has no WebGPU' : 'browsers let pages compute on the GPU only over https');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new BackendError('this browser offers no GPU');
  return adapter;
}

async function openShown(backend: Backend, device: WebgpuDevice, bytes: Uint8Array<ArrayBuffer>, name: string): Promise<ShownField> {
  const scene = await decodeScene(bytes, name);
  const engine = await device.run('opening the field', () => openField(backend, scene));
  return new ShownField(engine, scene.about.trained.step, scene.seed);
}
