/**
 * How a representation (model/representations/) lies in buffers of the GPU, and the kernels that meet it. Kernels are compiled for one: texts are
 * chosen when an engine is made.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import type { PlaneFormat } from '../../../../renderer/wgsl/feature-planes.ts';
import type { BoundText } from '../kernels/bound-text.ts';

/** What buffers and places follow from. */
export interface GridSizes {
  /** Room for so many. */
  readonly voxels: number;
  /** Features of a point. */
  readonly channels: number;
  /** Buffers of the features, and how they lie in one (renderer/wgsl/feature-planes.ts). */
  readonly planes: number;
  readonly planeFormat: PlaneFormat;
}

/** `columns` of a row's values lie in a buffer, from `first` on, a row every `stride` floats. */
export interface Slice {
  readonly buffer: string;
  readonly first: number;
  readonly stride: number;
  /** In 16 bits. */
  readonly half: boolean;
  /** Columns of the tensor that these are. */
  readonly from: number;
  readonly to: number;
}

export interface Placement {
  readonly rows: number;
  readonly columns: number;
  readonly slices: readonly Slice[];
}

/** One of the buffers that training changes. Its first moment lies in the buffer NAMEM, its second in NAMEV, of the same size. */
export interface ParameterBuffer {
  readonly name: string;
  readonly bytes: number;
  /** From another grid (`fromGrid`) into the buffer of its first moment. */
  readonly resample: BoundText;
  /** Sums the gradients of each touched voxel from its sorted samples, and Adam. */
  readonly update: BoundText;
  /** The same sums, written into the dense buffer `gradient`. */
  readonly write: BoundText;
  /** Total variation and Adam with the dense `gradient`. */
  readonly apply: BoundText;
}

export interface WebgpuRepresentation {
  buffers(sizes: GridSizes): readonly ParameterBuffer[];
  /** Where a tensor lies, moments aside; null: there is no such tensor. @param voxels of the present grid */
  place(sizes: GridSizes, voxels: number, parameter: string): Placement | null;
  readonly marchCount: (withRows: boolean, contracted: boolean, subgroups: boolean) => KernelText;
  readonly marchWrite: (training: boolean, contracted: boolean) => KernelText;
  /** Which points exist, from the densities; the second after scaling. */
  readonly refreshOccupancy: (scaling: boolean) => KernelText;
  /** The features of a part's network samples, kernel by kernel. */
  gather(sizes: GridSizes): readonly KernelText[];
}
