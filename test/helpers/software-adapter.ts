/** The software adapter that tests of the GPU run on, so that they run everywhere alike. A machine without one fails them; it never skips them. */
import { afterAll } from 'vitest';
import type { AdapterFacts } from '../../src/backends/webgpu/adapters.ts';
import { openDevice, type DeviceOptions, type WebgpuDevice } from '../../src/backends/webgpu/device.ts';
import { createGpu, listAdapters, openAdapter } from '../../src/backends/webgpu/launch-node.ts';

let found: Promise<AdapterFacts> | undefined;

export function softwareAdapter(): Promise<AdapterFacts> {
  return (found ??= find());
}

async function find(): Promise<AdapterFacts> {
  const { adapters, remarks } = await listAdapters();
  const usable = adapters.find(({ software, reason }) => software && reason === null);
  if (usable !== undefined) return usable;
  const names = adapters.map((adapter) => `${adapter.name} (${adapter.reason ?? 'a real GPU'})`).join(', ');
  throw new Error(
    `Tests of the GPU need a software adapter; found ${names === '' ? `none: ${remarks}` : names}. ` +
      'On Debian 12: apt-get install -t bookworm-backports mesa-vulkan-drivers libvulkan1; elsewhere: Mesa 24 or newer with lavapipe.',
  );
}

/** A device of its own for the calling test file, disposed of after its tests. */
export async function openSoftwareDevice(options: DeviceOptions = {}): Promise<WebgpuDevice> {
  const device = await openAdapter(await softwareAdapter(), options);
  afterAll(() => device.dispose());
  return device;
}

/** A device that compiles and validates WGSL but computes nothing; it needs no driver. */
export async function openNullDevice(options: DeviceOptions = {}): Promise<WebgpuDevice> {
  const adapter = await (await createGpu(['backend=null'])).requestAdapter();
  return openDevice(adapter!, options);
}
