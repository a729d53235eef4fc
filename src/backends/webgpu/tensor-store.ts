/**
 * Tensors of the Backend contract as they lie in the GPU's buffers: those of the representation as its module says (representations/), weights in one buffer with the rows of
 * w3 padded to four, decays of sums behind them. What is padding stays 0.
 */
import { BUFFER_USAGE, type Buffers } from '../../../renderer/wgsl/kernel.ts';
import { fromHalves, toHalves } from '../../math/half.ts';
import { voxelCount } from '../../geometry/grid.ts';
import type { WeightName } from '../../model/network-layers.ts';
import { splitTensorName, type ParameterName, type TensorName } from '../../model/tensor-names.ts';
import type { FieldSizes } from './field-plan.ts';
import type { PlacedField, Placement, Slice } from './representations/representation.ts';

export class TensorStore {
  private readonly device: GPUDevice;
  private readonly buffers: Buffers;
  private readonly sizes: FieldSizes;

  constructor(device: GPUDevice, buffers: Buffers, sizes: FieldSizes) {
    this.device = device;
    this.buffers = buffers;
    this.sizes = sizes;
  }

  /** @param field the present one */
  read(name: TensorName, field: PlacedField): Promise<Float32Array> {
    return this.readAt(this.place(name, field), (buffer) => this.buffers[buffer]);
  }

  /** The gradient of a weight matrix. */
  readWeightGradient(name: WeightName, field: PlacedField): Promise<Float32Array> {
    return this.readAt(this.place(name, field), () => this.buffers['networkGradients']);
  }

  /** The gradient of a tensor of the representation, from buffers NAMEGradient like those of the parameter. */
  readGridGradient(name: ParameterName, field: PlacedField, gradients: Buffers): Promise<Float32Array> {
    return this.readAt(this.place(name, field), (buffer) => gradients[`${buffer}Gradient`]);
  }

  /** Throws RangeError if the length is not that of the tensor. */
  write(name: TensorName, field: PlacedField, data: Float32Array): void {
    const { rows, columns, slices } = this.place(name, field);
    if (data.length !== rows * columns) throw new RangeError(`${name} has ${rows * columns} values, not ${data.length}.`);
    for (const { buffer, first, stride, half, from, to } of slices) {
      let floats = data;
      if (stride !== columns) {
        floats = new Float32Array(rows * stride);
        for (let r = 0; r < rows; r++) for (let c = from; c < to; c++) floats[r * stride + c - from] = data[r * columns + c];
      }
      this.device.queue.writeBuffer(
        this.buffers[buffer],
        first * (half ? 2 : 4),
        half ? toHalves(floats) : (floats as Float32Array<ArrayBuffer>),
      );
    }
  }

  private async readAt({ rows, columns, slices }: Placement, bufferOf: (name: string) => GPUBuffer): Promise<Float32Array> {
    const data = new Float32Array(rows * columns);
    if (rows === 0) return data;
    for (const { buffer, first, stride, half, from, to } of slices) {
      const size = half ? 2 : 4;
      const bytes = await readBuffer(this.device, bufferOf(buffer), first * size, rows * stride * size);
      const floats = half ? fromHalves(new Uint16Array(bytes)) : new Float32Array(bytes);
      if (stride === columns) data.set(floats);
      else for (let r = 0; r < rows; r++) for (let c = from; c < to; c++) data[r * columns + c] = floats[r * stride + c - from];
    }
    return data;
  }

  private place(name: TensorName, field: PlacedField): Placement {
    const { channels, width, inputs, parts, training } = this.sizes;
    const [columns1, columns2] = parts.map((count) => Math.max(1, count) * width);
    const { parameter, moment } = splitTensorName(name);
    if ((moment !== null || name === 'rate') && !training)
      throw new RangeError(`This engine was made for rendering only; it has no ${name}.`);
    const suffix = moment === null ? '' : moment.toUpperCase();
    if (name === 'inputRange') return { rows: 1, columns: 2, slices: [whole('inputRange', 0, 2)] };
    if (name === 'rate') return { rows: voxelCount(field.grid), columns: 1, slices: [whole('rate', 0, 1)] };
    const own = this.sizes.representation.place(this.sizes, field, parameter);
    if (own !== null) return { ...own, slices: own.slices.map((slice) => ({ ...slice, buffer: `${slice.buffer}${suffix}` })) };
    if (width === 0) throw new RangeError(`A field without a network has no ${name}.`);
    if (name === 'inputSteps') return { rows: 1, columns: channels, slices: [whole('inputSteps', 0, channels)] };
    const buffer = `weights${suffix}`;
    const w2 = inputs * columns1;
    const w3 = w2 + width * columns2;
    const decays = w3 + 4 * width;
    if (parameter === 'w1') return { rows: inputs, columns: columns1, slices: [whole(buffer, 0, columns1)] };
    if (parameter === 'w2') return { rows: width, columns: columns2, slices: [whole(buffer, w2, columns2)] };
    if (parameter === 'w3') return { rows: width, columns: 3, slices: [{ buffer, first: w3, stride: 4, half: false, from: 0, to: 3 }] };
    if (parameter === 'w1.decay' && parts[0] > 0) return { rows: parts[0], columns: width, slices: [whole(buffer, decays, width)] };
    if (parameter === 'w2.decay' && parts[1] > 0)
      return { rows: parts[1], columns: width, slices: [whole(buffer, decays + parts[0] * width, width)] };
    throw new RangeError(`This field has no ${name}.`);
  }
}

function whole(buffer: string, first: number, columns: number): Slice {
  return { buffer, first, stride: columns, half: false, from: 0, to: columns };
}

/** A copy of a buffer's bytes. For tensors; steps read through a buffer that they keep. */
export async function readBuffer(device: GPUDevice, source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ label: 'read', size: bytes, usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyTarget });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, offset, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(1);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
