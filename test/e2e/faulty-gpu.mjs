/**
 * Loaded into the program with --import: the GPU works until something has happened FAULTY_GPU_AFTER times, then fails as FAULTY_GPU says:
 *
 *     lost      a submission is encoded: the device is lost
 *     error     a submission is encoded: a call that the GPU refuses
 *     saving    a tensor is read: the device is lost
 *     memory    an allocation is checked (twice each): there is no memory
 */
import { globals } from 'webgpu';

const fault = process.env.FAULTY_GPU;
let left = Number(process.env.FAULTY_GPU_AFTER);
const { createCommandEncoder, createBuffer, popErrorScope, destroy } = globals.GPUDevice.prototype;

globals.GPUDevice.prototype.createCommandEncoder = function (descriptor) {
  if (['lost', 'error'].includes(fault) && left-- === 0) {
    if (fault === 'lost') destroy.call(this);
    // No buffer may be mapped and stored to.
    else createBuffer.call(this, { size: 16, usage: 0x1 | 0x80 });
  }
  return createCommandEncoder.call(this, descriptor);
};

globals.GPUDevice.prototype.createBuffer = function (descriptor) {
  if (fault === 'saving' && descriptor.label === 'read' && left-- === 0) destroy.call(this);
  return createBuffer.call(this, descriptor);
};

globals.GPUDevice.prototype.popErrorScope = async function () {
  const found = await popErrorScope.call(this);
  return fault === 'memory' && left-- === 0 ? { message: 'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY' } : found;
};
