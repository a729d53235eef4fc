import { describe, expect, it } from 'vitest';
import {
  chooseAdapter,
  describeAdapter,
  PLAIN_LIMITS,
  unreachableAdapter,
  type AdapterFacts,
} from '../../../src/backends/webgpu/adapters.ts';
import { BackendError } from '../../../src/base/errors.ts';

function adapter(index: number, name: string, more: Partial<AdapterFacts> = {}): AdapterFacts {
  const info = { vendor: 'maker', architecture: '', device: '', description: 'driver 1', isFallbackAdapter: false };
  return { ...describeAdapter({ info, features: ['subgroups', 'shader-f16'], limits: PLAIN_LIMITS }, index, name), ...more };
}

const software = adapter(0, 'llvmpipe (LLVM 15)', { software: true });
const weak = adapter(1, 'Old GPU', { reason: 'maxBufferSize is 1, 2 is needed' });
const first = adapter(2, 'GeForce RTX 4090');
const second = adapter(3, 'GeForce RTX 4090 D');

describe('the adapter', () => {
  it('that is taken without a name is the first real GPU that can be used', () => {
    expect(chooseAdapter([software, weak, first, second], null)).toBe(first);
  });

  it('is never a software adapter unless it is named', () => {
    expect(() => chooseAdapter([software], null)).toThrow(BackendError);
    expect(() => chooseAdapter([software], null)).toThrow('no GPU was found, only software adapters (llvmpipe (LLVM 15))');
    expect(chooseAdapter([software, first], 'LLVMpipe')).toBe(software);
    expect(chooseAdapter([software, first], '0')).toBe(software);
  });

  it('is named by its number, its name, or a part of the name that no other has', () => {
    const all = [software, weak, first, second];
    expect(chooseAdapter(all, '3')).toBe(second);
    expect(chooseAdapter(all, 'geforce rtx 4090')).toBe(first);
    expect(chooseAdapter(all, '4090 d')).toBe(second);
    expect(() => chooseAdapter(all, 'geforce')).toThrow('--gpu geforce: 2 GPUs have that name: 2 GeForce RTX 4090, 3 GeForce RTX 4090 D');
    expect(() => chooseAdapter(all, '4')).toThrow('--gpu 4: no such GPU; found 0 llvmpipe (LLVM 15), 1 Old GPU, 2 GeForce');
  });

  it('that cannot be used is refused with the reason', () => {
    expect(() => chooseAdapter([software, weak], null)).toThrow('the GPU Old GPU cannot be used: maxBufferSize is 1, 2 is needed');
    expect(() => chooseAdapter([first, unreachableAdapter(1, first.name)], '1')).toThrow(/only the first can be opened/);
  });

  it('that is missing altogether is explained with what the drivers said', () => {
    expect(() => chooseAdapter([], null, 'vkCreateInstance: Found no drivers!\nmore')).toThrow(
      'no GPU was found (vkCreateInstance: Found no drivers!)',
    );
    expect(() => chooseAdapter([], '0')).toThrow('no GPU was found');
  });
});

describe('describeAdapter', () => {
  it('falls back on what a browser tells', () => {
    const info = { vendor: 'intel', architecture: 'xe', device: '', description: '', isFallbackAdapter: false };
    expect(describeAdapter({ info, features: [], limits: PLAIN_LIMITS }, 0)).toMatchObject({ name: 'intel xe', reason: null });
    expect(describeAdapter({ info: { ...info, vendor: '', architecture: '' }, features: [], limits: PLAIN_LIMITS }, 0).name).toBe(
      'unnamed GPU',
    );
  });

  it('names every limit that is too small', () => {
    const { info } = { info: { vendor: '', architecture: '', device: 'x', description: '', isFallbackAdapter: false } };
    const limits = { ...PLAIN_LIMITS, maxComputeWorkgroupStorageSize: 100, maxBufferSize: NaN };
    expect(describeAdapter({ info, features: [], limits }, 0).reason).toBe(
      'maxBufferSize is NaN, 268435456 is needed; maxComputeWorkgroupStorageSize is 100, 16384 is needed',
    );
  });
});
