/** The page's GPU, with the kernels of the webgpu backend. Loaded only where pictures are drawn on it. */
import { EngineSource } from '../src/frames/engine-source.ts';
import { ShownField } from '../src/frames/shown-field.ts';
import type { Backend } from '../src/engine/backend.ts';
import type { WebgpuDevice } from '../src/backends/webgpu/device.ts';
import { openPageDevice } from '../src/backends/webgpu/launch-page.ts';
import { createWebgpuBackend } from '../src/backends/webgpu/webgpu-backend.ts';
import { decodeScene } from '../src/baked/decode-scene.ts';
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
  const device = await openPageDevice(software);
  const backend = createWebgpuBackend(device, { halfFeatures: true });
  return {
    name: device.description,
    device: device.device,
    open: (scene, name) => new EngineSource(openShown(backend, device, scene, name), INTERVAL),
  };
}

async function openShown(backend: Backend, device: WebgpuDevice, bytes: Uint8Array<ArrayBuffer>, name: string): Promise<ShownField> {
  const scene = await decodeScene(bytes, name);
  const engine = await device.run('opening the field', () => openField(backend, scene));
  return new ShownField(engine, scene.about.trained.step, scene.seed);
}
