/** The adapter that tests of the GPU run on (test/setup/test-machine.ts): on Linux a software adapter, so that they run everywhere alike, unless a GPU is asked for. */
import { afterAll } from 'vitest';
import type { AdapterFacts } from '../../src/backends/webgpu/adapters.ts';
import { openDevice, type DeviceOptions, type WebgpuDevice } from '../../src/backends/webgpu/device.ts';
import { createGpu, listAdapters, openAdapter } from '../../src/backends/webgpu/launch-node.ts';
import { suitsTests } from '../setup/test-machine.ts';

let found: Promise<AdapterFacts> | undefined;

export function testAdapter(): Promise<AdapterFacts> {
  return (found ??= find());
}

async function find(): Promise<AdapterFacts> {
  const { adapters, remarks } = await listAdapters();
  const usable = adapters.find(suitsTests);
  if (usable === undefined) throw new Error(`Tests of the GPU need an adapter: ${remarks}`);
  return usable;
}

/** A device of its own for the calling test file, disposed of after its tests. */
export async function openTestDevice(options: DeviceOptions = {}): Promise<WebgpuDevice> {
  const device = await openAdapter(await testAdapter(), { checked: true, ...options });
  afterAll(() => device.dispose());
  return device;
}

/** A device that compiles and validates WGSL but computes nothing; it needs no driver. */
export async function openNullDevice(options: DeviceOptions = {}): Promise<WebgpuDevice> {
  const adapter = await (await createGpu(['backend=null'])).requestAdapter();
  return openDevice(adapter!, options);
}
