import { describe, expect, it } from 'vitest';
import { describeAdapter, PLAIN_LIMITS } from '../../../src/backends/webgpu/adapters.ts';
import { openDevice } from '../../../src/backends/webgpu/device.ts';
import { createGpu, openNodeDevice } from '../../../src/backends/webgpu/launch-node.ts';
import { BackendError, DeviceError, MemoryError } from '../../../src/base/errors.ts';
import { openNullDevice, openTestDevice, testAdapter } from '../../helpers/test-adapter.ts';

/** An operation on the GPU: doubles the numbers. */
async function double(device: GPUDevice, numbers: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const code =
    '@group(0) @binding(0) var<storage, read_write> x: array<f32>;\n@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { if (id.x < arrayLength(&x)) { x[id.x] *= 2.0; } }';
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } });
  const buffer = device.createBuffer({
    size: numbers.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  const back = device.createBuffer({ size: numbers.byteLength, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, numbers);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] }));
  pass.dispatchWorkgroups(Math.ceil(numbers.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, back, 0, numbers.byteLength);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  return new Float32Array(back.getMappedRange().slice(0));
}

describe('a device', () => {
  it('computes, on the plain path and with all that the adapter has', async () => {
    for (const plain of [true, false]) {
      const owner = await openTestDevice({ plain });
      expect(owner.software).toBe((await testAdapter()).software);
      expect([...(await owner.run('doubling', () => double(owner.device, Float32Array.of(1, 2, 3))))]).toEqual([2, 4, 6]);
      if (plain) expect(owner.limit('maxBufferSize')).toBe(PLAIN_LIMITS.maxBufferSize);
      expect(owner.has('subgroups')).toBe(!plain && owner.adapter.features.includes('subgroups'));
    }
  });

  it('fails the operation in which the GPU reports an error, and every later one', async () => {
    const owner = await openTestDevice();
    const { device } = owner;
    const faulty = owner.run('training step', async () => {
      device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
      return double(device, Float32Array.of(1));
    });
    await expect(faulty).rejects.toThrow(DeviceError);
    await expect(faulty).rejects.toThrow(/reported an error: .*\(training step\)/s);
    await expect(owner.run('rendering', () => double(device, Float32Array.of(1)))).rejects.toThrow(/\(training step\)/);
    await expect(owner.allocate('a field', 16, () => null)).rejects.toThrow(DeviceError);
  });

  it('fails the operation during which it is lost', async () => {
    const owner = await openTestDevice();
    const lost = owner.run('training step', () => {
      const result = double(owner.device, new Float32Array(1000));
      owner.device.destroy();
      return result;
    });
    await expect(lost).rejects.toThrow(/was lost: .*\(training step\)/);
    await expect(lost).rejects.toThrow(DeviceError);
    expect(() => owner.check()).toThrow(DeviceError);
  });

  it('fails an operation that ends as if nothing had happened although the device is lost', async () => {
    const owner = await openTestDevice();
    owner.device.destroy();
    await expect(owner.run('waiting', () => owner.device.queue.onSubmittedWorkDone())).rejects.toThrow(DeviceError);
  });

  it("hands on errors that are not the GPU's", async () => {
    const owner = await openTestDevice();
    await expect(owner.run('training step', () => Promise.reject(new RangeError('wrong length')))).rejects.toThrow(RangeError);
    expect(() => owner.check()).not.toThrow();
  });

  it('cannot be used after it was disposed of', async () => {
    const owner = await openTestDevice();
    owner.dispose();
    owner.dispose();
    await expect(owner.run('rendering', () => Promise.resolve(1))).rejects.toThrow(/after its backend was disposed of/);
  });
});

describe('memory of the device', () => {
  it('is refused with the numbers where a buffer exceeds the limits; the device stays usable', async () => {
    const owner = await openTestDevice({ plain: true });
    const size = 2 * PLAIN_LIMITS.maxBufferSize;
    const refused = owner.allocate('the field (800 voxels)', size, () =>
      owner.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }),
    );
    await expect(refused).rejects.toThrow(MemoryError);
    await expect(refused).rejects.toThrow(/the field \(800 voxels\) needs 512 MiB/);
    expect([...(await owner.run('doubling', () => double(owner.device, Float32Array.of(4))))]).toEqual([8]);
  });

  it('that is not there is refused as well', async () => {
    const owner = await openNullDevice();
    // A GPU whose memory is full.
    let scopes = 0;
    Object.defineProperty(owner.device, 'popErrorScope', {
      value: () => Promise.resolve(scopes++ === 0 ? null : { message: 'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY' }),
    });
    const full = owner.allocate('the field', 64 * 2 ** 20, () => 'buffers');
    await expect(full).rejects.toThrow(MemoryError);
    await expect(full).rejects.toThrow(/the field needs 64 MiB.*OUT_OF_DEVICE_MEMORY/);
  });
});

describe('opening', () => {
  it('refuses an adapter without a limit that the kernels need', async () => {
    const gpu = await createGpu(['backend=null']);
    const adapter = (await gpu.requestAdapter())!;
    const facts = describeAdapter(
      { info: adapter.info, features: [], limits: { ...PLAIN_LIMITS, maxStorageBuffersPerShaderStage: 4 } },
      0,
      'Small GPU',
    );
    const refused = openDevice(adapter, {}, facts);
    await expect(refused).rejects.toThrow(BackendError);
    await expect(refused).rejects.toThrow('the GPU Small GPU cannot be used: maxStorageBuffersPerShaderStage is 4, 8 is needed');
  });

  it('says why an adapter does not open', async () => {
    const gpu = await createGpu(['backend=null']);
    const adapter = (await gpu.requestAdapter())!;
    (await openDevice(adapter)).dispose();
    await expect(openDevice(adapter)).rejects.toThrow(/could not be opened: .*consumed/s);
  });

  it('takes the adapter that is named, and a software adapter only if it is', async () => {
    const { name } = await testAdapter();
    const owner = await openNodeDevice(name.slice(0, 6).toUpperCase());
    expect(owner.adapter.name).toBe(name);
    owner.dispose();
    await expect(openNodeDevice('no such GPU')).rejects.toThrow(/--gpu no such GPU: no such GPU; found 0 /);
  });
});
