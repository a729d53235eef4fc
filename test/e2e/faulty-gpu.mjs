/**
 * Loaded into the program with --import: the GPU works for FAULTY_GPU_AFTER submissions, then fails as FAULTY_GPU says: `lost` loses the device,
 * `error` makes a call that it refuses.
 */
import { globals } from 'webgpu';

let left = Number(process.env.FAULTY_GPU_AFTER);
const { createCommandEncoder, createBuffer, destroy } = globals.GPUDevice.prototype;

globals.GPUDevice.prototype.createCommandEncoder = function (descriptor) {
  if (left-- === 0) {
    if (process.env.FAULTY_GPU === 'lost') destroy.call(this);
    // No buffer may be mapped and stored to.
    else createBuffer.call(this, { size: 16, usage: 0x1 | 0x80 });
  }
  return createCommandEncoder.call(this, descriptor);
};
