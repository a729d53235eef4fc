/**
 * Tensors of the Backend contract as they lie in the kernels' memory: feature rows padded to a multiple of 4, moments of a voxel interleaved,
 * weights with zero rows (w1) or a zero column (w3), the network's moments one behind the other.
 */
import type { Teacher } from '../../engine/backend.ts';
import type { WeightName } from '../../model/network-layers.ts';
import { splitTensorName, type TensorName } from '../../model/tensor-names.ts';
import type { MemoryPlan, Sizes } from './memory-plan.ts';

/** Row r of a tensor's `columns` values lies at float `base + r*stride`; the rest of a row belongs to others or stays zero. */
interface Placement {
  readonly rows: number;
  readonly columns: number;
  readonly base: number;
  readonly stride: number;
}

export class TensorStore {
  private readonly floats: Float32Array;
  private readonly sizes: Sizes;
  private readonly plan: MemoryPlan;

  constructor(buffer: SharedArrayBuffer, plan: MemoryPlan, sizes: Sizes) {
    this.floats = new Float32Array(buffer);
    this.plan = plan;
    this.sizes = sizes;
  }

  /** `voxels`: of the present grid. */
  read(name: TensorName, voxels: number): Float32Array {
    return this.readAt(this.place(name, voxels));
  }

  write(name: TensorName, voxels: number, data: Float32Array): void {
    const { rows, columns, base, stride } = this.place(name, voxels);
    if (data.length !== rows * columns) throw new RangeError(`${name} has ${rows * columns} values, not ${data.length}.`);
    const { floats } = this;
    if (stride === columns) floats.set(data, base);
    else for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++) floats[base + r * stride + c] = data[i++];
  }

  /** The gradient of a weight matrix, after the lanes have been added up. */
  readWeightGradient(name: WeightName): Float32Array {
    const place = this.place(name, 0);
    return this.readAt({ ...place, base: this.offset('networkGradients') + place.base - this.offset('w1') });
  }

  /** Its weights lie as the student's do. */
  writeTeacher({ features, weights: [w1, w2, w3] }: Teacher): void {
    this.floats.set(features, this.offset('teacherFeatures'));
    this.floats.set(w1, this.offset('teacherW1'));
    this.floats.set(w2, this.offset('teacherW2'));
    const at = this.offset('teacherW3');
    w3.forEach((value, i) => (this.floats[at + 4 * Math.floor(i / 3) + (i % 3)] = value));
  }

  /** Zeroes what belongs to the grid. */
  clearGrid(voxels: number): void {
    const { featureStride } = this.sizes;
    const clear = (name: string, count: number): void => {
      if (name in this.plan.offsets) this.floats.fill(0, this.offset(name), this.offset(name) + count);
    };
    clear('density', voxels);
    clear('features', voxels * featureStride);
    clear('densityMoments', voxels * 2);
    clear('featureMoments', voxels * featureStride * 2);
  }

  private readAt({ rows, columns, base, stride }: Placement): Float32Array {
    const { floats } = this;
    if (stride === columns) return floats.slice(base, base + rows * columns);
    const data = new Float32Array(rows * columns);
    for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < columns; c++) data[i++] = floats[base + r * stride + c];
    return data;
  }

  private offset(name: string): number {
    const bytes = this.plan.offsets[name];
    if (bytes === undefined) throw new RangeError(`This engine was made for rendering only; it has no ${name}.`);
    return bytes / 4;
  }

  private place(name: TensorName, voxels: number): Placement {
    const { channels, featureStride: f, width, inputs, networkFloats } = this.sizes;
    const split = splitTensorName(name);
    const { moment } = split;
    const parameter: string = split.parameter;
    const second = moment === 'v' ? 1 : 0;
    if (parameter === 'density') {
      if (!moment) return { rows: voxels, columns: 1, base: this.offset('density'), stride: 1 };
      return { rows: voxels, columns: 1, base: this.offset('densityMoments') + second, stride: 2 };
    }
    if (parameter === 'features') {
      if (!moment) return { rows: voxels, columns: channels, base: this.offset('features'), stride: f };
      return { rows: voxels, columns: channels, base: this.offset('featureMoments') + second * f, stride: 2 * f };
    }
    if (parameter === 'rate') return { rows: voxels, columns: 1, base: this.offset('rate'), stride: 1 };
    if (!networkFloats) throw new RangeError(`A field without a network has no ${name}.`);
    if (!['w1', 'w2', 'w3'].includes(parameter)) throw new RangeError(`This field has no ${name}.`);
    const base = this.offset(parameter) + (moment ? this.offset('networkMoments') + second * networkFloats - this.offset('w1') : 0);
    if (parameter === 'w1') return { rows: inputs, columns: width, base, stride: width };
    if (parameter === 'w2') return { rows: width, columns: width, base, stride: width };
    return { rows: width, columns: 3, base, stride: 4 };
  }
}
