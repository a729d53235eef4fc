/** The page's side of WebGPU: the browser's own GPU, also in workers. */
import { BackendError } from '../../base/errors.ts';
import { describeAdapter } from './adapters.ts';
import { openDevice, type WebgpuDevice } from './device.ts';

/**
 * @param software take a software adapter too, which is slower than the backend wasm
 * @throws BackendError with the reason if no GPU can compute here
 */
export async function openPageDevice(software: boolean): Promise<WebgpuDevice> {
  const adapter = await findAdapter();
  const facts = describeAdapter(adapter, 0);
  if (facts.software && !software) throw new BackendError(`this browser has no GPU to compute on, only a software adapter (${facts.name})`);
  return openDevice(adapter, {}, facts);
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
