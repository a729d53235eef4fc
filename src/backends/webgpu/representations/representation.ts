/**
 * How a representation (model/representations/) lies in buffers of the GPU, and the kernels that meet it. Kernels are compiled for one: texts are
 * chosen when an engine is made.
 */
import type { GridSpec } from '../../../geometry/grid.ts';
import type { FieldSpec } from '../../../model/field-spec.ts';
import type { RepresentationSpec } from '../../../model/representations/representation.ts';
import type { PlaneFormat } from '../../../../renderer/wgsl/feature-planes.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import type { DensityField } from '../../../../renderer/wgsl/march.ts';
import type { DispatchEntry } from '../../../../renderer/wgsl/work.ts';
import type { BoundText } from '../kernels/bound-text.ts';

/** What buffers and places follow from. */
export interface GridSizes {
  readonly representationSpec: RepresentationSpec;
  /** Room for so many. */
  readonly voxels: number;
  /** Room for so many numbers of the representation's tensors. */
  readonly fieldFloats: number;
  /** Room for so many points in buffers of points. */
  readonly points: number;
  /** Features of a point. */
  readonly channels: number;
  /** Buffers of the features of dense grids, and how they lie in one (renderer/wgsl/feature-planes.ts). */
  readonly planes: number;
  readonly planeFormat: PlaneFormat;
  /** Density samples of the largest training step. */
  readonly densitySamples: number;
  readonly totalVariation: boolean;
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

/** What of a field says how its tensors lie. */
export type PlacedField = Pick<FieldSpec, 'grid' | 'representation'>;

/** What a field needs of something, the room that there is, and how to mend it where settings do. */
export type Need = readonly [what: string, needed: number, room: number, fix?: string];

export interface Placement {
  readonly rows: number;
  readonly columns: number;
  readonly slices: readonly Slice[];
}

/** One of the buffers that training changes. Its first moment lies in the buffer NAMEM, its second in NAMEV, of the same size. */
export interface ParameterBuffer {
  readonly name: string;
  readonly bytes: number;
}

/** A buffer that only training needs. */
export interface ScratchBuffer {
  readonly bytes: number;
  /** Whether dispatches are read from it. */
  readonly indirect?: boolean;
  /** Bytes that every step finds 0. */
  readonly cleared?: number;
}

/** What the workgroups of a kernel are counted by: the density samples of a step, what `voxelDispatch` says, or the grid. */
export type StageDispatch = 'densitySamples' | 'touchedVoxels' | ((grid: GridSpec) => readonly [x: number, y: number]);

export interface Stage extends BoundText {
  readonly over: StageDispatch;
}

/** Kernels by when they run; those of a phase one after the other. */
export interface TrainingStages {
  /** From the grid `fromGrid` into the buffers of the first moments, of all that a change of the grid changes; none where the host scales. */
  readonly resample: readonly Stage[];
  /** Where other points can exist on the same grid: a buffer's points, from the buffer `copied` to where they lie from now on. */
  readonly rearrange: readonly Stage[];
  /** Before the occupancy is made anew: the densities of the grid's points, where they lie nowhere yet. */
  readonly pointDensities: readonly Stage[];
  /** Before `collect`, where total variation acts everywhere. */
  readonly touchAll: readonly Stage[];
  /** After the backward pass: what makes gradients of the samples' ones. */
  readonly collect: readonly Stage[];
  /** The gradients, written into the buffers NAMEGradient of all parameters, penalties included; for inspection. */
  readonly gradients: readonly Stage[];
  /** Adam; and with total variation. */
  readonly update: readonly Stage[];
  readonly updateVaried: readonly Stage[];
  /** At the end of a step. */
  readonly finish: readonly Stage[];
}

export interface WebgpuRepresentation {
  /** Points in a buffer of points. */
  points(sizes: Omit<GridSizes, 'points' | 'planes' | 'planeFormat'>): number;
  /** Whether its points have learning-rate factors. */
  readonly rates: boolean;
  buffers(sizes: GridSizes): readonly ParameterBuffer[];
  scratch(sizes: GridSizes): Readonly<Record<string, ScratchBuffer>>;
  /** Words of the tables that kernels look up (renderer/wgsl/tables.ts). */
  tables(sizes: GridSizes): Readonly<Record<string, number>>;
  /** Where a tensor lies, moments aside; null: there is no such tensor. @param field the present one */
  place(sizes: GridSizes, field: PlacedField, parameter: string): Placement | null;
  needs(sizes: GridSizes, field: PlacedField): readonly Need[];
  /** Settings with which its buffers are as large as may be. @param fitting what fits of a number that they grow with */
  smaller(sizes: GridSizes, fitting: (count: number) => number): string;
  density(sizes: GridSizes): DensityField;
  /** The buffer with the densities of the grid's points. */
  readonly pointDensities: string;
  /** The features of a part's network samples, kernel by kernel, and the dispatch of each of them, of the name `gather`. */
  gather(sizes: GridSizes): { readonly kernels: readonly KernelText[]; readonly entry: DispatchEntry };
  /** How the gradients of the samples' features lie: a buffer for every four of them, or all of a sample beside each other in `featureGradients0`. */
  readonly featureGradients: 'by vector' | 'by sample';
  /** @param dispatchWidth DISPATCH_WIDTH; tests have a smaller one */
  stages(sizes: GridSizes, dispatchWidth: number): TrainingStages;
}

/** The buffers of the gradients of the samples' features, and the bytes of a sample in each. */
export function featureGradientBuffers(
  layout: WebgpuRepresentation['featureGradients'],
  vectors: number,
): Readonly<Record<string, number>> {
  if (layout === 'by sample') return { featureGradients0: 16 * vectors };
  return Object.fromEntries(Array.from({ length: vectors }, (_, vector) => [`featureGradients${vector}`, 16]));
}

/** `smaller` of what grows with the voxels. */
export function fewerVoxels({ voxels }: Pick<GridSizes, 'voxels'>, fitting: (count: number) => number): string {
  return `Use fewer voxels (at most --set fine.voxels=${fitting(voxels)})`;
}
