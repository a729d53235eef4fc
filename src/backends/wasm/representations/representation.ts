/**
 * How a representation (model/representations/) lies in the memory of the kernels. The kernels themselves are of one kind each: those of dense
 * grids are assembly/march.ts (density), gather.ts (features) and update.ts (scatter and Adam).
 */

/** What places follow from. */
export interface GridSizes {
  /** Room for so many. */
  readonly voxels: number;
  /** Features of a point. */
  readonly channels: number;
  /** Floats from point to point. */
  readonly featureStride: number;
  /** Touched voxels of a thread in a step. */
  readonly slotCapacity: number;
}

/** Row r of a tensor's `columns` values lies at float `offset + r*stride` of a region; the rest of a row belongs to others or stays zero. */
export interface RegionPlace {
  readonly region: string;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly stride: number;
}

/** Bytes by the name of the kernels' variable that points to them. */
export type Regions = readonly (readonly [name: string, bytes: number])[];

export interface WasmRepresentation {
  /** Parameters; in training also moments, and what gradients are collected in. */
  regions(sizes: GridSizes, threads: number): { readonly parameters: Regions; readonly training: Regions };
  /** @param voxels of the present grid; null: it has no such parameter */
  place(sizes: GridSizes, voxels: number, parameter: string, moment: 'm' | 'v' | null): RegionPlace | null;
  /** Regions that a new grid finds zero, and how many floats of them. */
  cleared(sizes: GridSizes, voxels: number): readonly (readonly [name: string, floats: number])[];
  /** Exports of the kernels that meet the representation: each is compiled for one. */
  readonly kernels: {
    /** The rays of a training step and of a rendering: density. */
    readonly march: string;
    /** Density and features of the samples, network, colours. */
    readonly render: string;
    /** Features of the samples, network, gradients of the features; and before it the range of the inputs. */
    readonly train: string;
    readonly inputRange: string;
    /** Collects the samples' gradients by parameter; the second with total variation. */
    readonly scatter: string;
    readonly scatterVaried: string;
    /** Adam with what was collected; and both in one. */
    readonly apply: string;
    readonly update: string;
    /** Writes what was collected into regions of the moments, given as arguments, which are zero before and put back after. */
    readonly gradients: { readonly name: string; readonly into: readonly string[] };
  };
  /** Where in those regions the gradient of a parameter then is. */
  gradientPlace(sizes: GridSizes, voxels: number, parameter: string): RegionPlace;
}
