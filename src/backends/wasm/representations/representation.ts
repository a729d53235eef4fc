/**
 * How a representation (model/representations/) lies in the memory of the kernels, and which kernels meet it: those of dense grids are
 * assembly/march.ts (density), gather.ts (features), grid-gradients.ts (scatter) and update.ts (Adam), in bricks with assembly/bricks.ts, those of factors
 * assembly/factors.ts and factor-gradients.ts.
 */
import type { FieldSpec } from '../../../model/field-spec.ts';
import type { RepresentationSpec } from '../../../model/representations/representation.ts';

/** What places follow from. */
export interface GridSizes {
  readonly representation: RepresentationSpec;
  /** Room for so many. */
  readonly voxels: number;
  /** Room for so many numbers of the representation. */
  readonly fieldFloats: number;
  /** Features of a point. */
  readonly channels: number;
  /** Floats from point to point. */
  readonly featureStride: number;
  /** Touched voxels of a thread in a step, at most, and what there is room for. */
  readonly touchedVoxels: number;
  readonly slotCapacity: number;
  /** Floats of the network's weights, those that the representation has among them included. */
  readonly networkFloats: number;
}

/** Row r of a tensor's `columns` values lies at float `offset + r*stride` of a region; the rest of a row belongs to others or stays zero. */
export interface RegionPlace {
  readonly region: string;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly stride: number;
}

/** What of a field says how its tensors lie. */
export type PlacedField = Pick<FieldSpec, 'grid' | 'representation'>;

/** What a field needs of something, the room that there is, and how to mend it where settings do. */
export type Need = readonly [what: string, needed: number, room: number, fix?: string];

/** Bytes by the name of the kernels' variable that points to them. */
export type Regions = readonly (readonly [name: string, bytes: number])[];

export interface WasmRepresentation {
  /** Parameters; in training also moments, and what gradients are collected in. */
  regions(sizes: GridSizes, threads: number): { readonly parameters: Regions; readonly training: Regions };
  /** Products that a sample's features are made of, 0: none; and floats that are trained as the network's weights are, in the region `basis`. */
  extras(spec: RepresentationSpec): { readonly productRows: number; readonly basisFloats: number };
  /** Variables of the kernels that follow from the present field. */
  state(sizes: GridSizes, field: PlacedField, offsets: Readonly<Record<string, number>>): Readonly<Record<string, number>>;
  needs(sizes: GridSizes, field: PlacedField, threads: number): readonly Need[];
  /** @throws BackendError for a field that the kernels cannot hold, whatever room there is; missing: they hold any */
  check?(field: PlacedField): void;
  /** @returns null: it has no such parameter */
  place(sizes: GridSizes, field: PlacedField, parameter: string, moment: 'm' | 'v' | null): RegionPlace | null;
  /** Regions that a new grid finds zero, and how many floats of them. */
  cleared(sizes: GridSizes, field: PlacedField): readonly (readonly [name: string, floats: number])[];
  /** Where other points can exist on the same grid: moves what both fields have, zeros in place of what is new. */
  rearrange?(
    sizes: GridSizes,
    from: PlacedField,
    to: PlacedField,
    memory: SharedArrayBuffer,
    offsets: Readonly<Record<string, number>>,
  ): void;
  /** Writes what kernels read besides, after the field has changed. */
  writeTables?(sizes: GridSizes, field: PlacedField, memory: SharedArrayBuffer, offsets: Readonly<Record<string, number>>): void;
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
    /** Adam with what was collected; and both in one, where that is possible. */
    readonly apply: string;
    readonly update: string | null;
    /** In one thread, after parameters have changed; null: nothing follows from them. */
    readonly changed: string | null;
    /** Writes what was collected into regions of the moments, given as arguments, which are zero before and put back after. */
    readonly gradients: { readonly name: string; readonly into: readonly string[] };
  };
  /** Where in those regions the gradient of a parameter then is. */
  gradientPlace(sizes: GridSizes, field: PlacedField, parameter: string): RegionPlace;
}
