/**
 * What gives a field its density and features at the places of its lattice: grids of numbers, factors of such grids, ... One file a
 * representation, one line in index.ts. Names of tensors, their shapes in checkpoints, learning rates, the network's inputs, energies and baking
 * follow from it; each backend that has it computes it in a module of its own (backends/NAME/representations/).
 */
import type { z } from 'zod';
import type { GridSpec } from '../../geometry/grid.ts';
import type { Lattice } from '../../lattice/lattice.ts';
import type { DensityAt } from '../../lattice/place.ts';
import type { Random } from '../../math/random.ts';

/** Plain data, part of a field's spec. The kind says which other members there are. */
export interface RepresentationSpec {
  readonly kind: string;
}

/** Which learning rate and which weight of total variation a tensor has (StepSettings). */
export type LearningRateGroup = 'density' | 'features' | 'network';

export interface RepresentationTensor {
  readonly name: string;
  /** Slowest index first. */
  readonly shape: readonly number[];
  readonly group: LearningRateGroup;
  /**
   * Whether the first indices are those of the lattice's points, z, y, x: then learning-rate factors and total variation act, values whose gradient is
   * exactly 0 stay as they are, and points that hold what most hold take no room in files.
   */
  readonly onLattice: boolean;
  /** Whether values whose gradient is exactly 0 stay as they are; missing: on the lattice. */
  readonly skipsZeros?: boolean;
}

/** Numbers of tensors by name, the last index of their shape fastest. */
export type TensorValues = Readonly<Record<string, Float32Array>>;

/** What one interpolation costs. */
export interface PlaceWork {
  readonly macs: number;
  readonly multiplications: number;
  readonly additions: number;
  /** Read of the tensors, whatever a cache saves. */
  readonly bytes: number;
}

/** The representation of a field: its definition with its spec. */
export interface BoundRepresentation {
  readonly kind: string;
  readonly backends: Representation['backends'];
  /** Number of features at a place: inputs of the network, or without one three logits of a colour. */
  readonly features: number;
  tensors(lattice: Lattice): readonly RepresentationTensor[];
  /** What training begins with where that is not 0. */
  initial(lattice: Lattice, random: Random): TensorValues;
  /**
   * The same field on another grid, as DVGO scales: density and features as they are, whatever a step's length.
   *
   * @param target the representation there; missing: this one. It differs where it is `partial`.
   */
  resize(values: TensorValues, from: GridSpec, to: GridSpec, target?: RepresentationSpec): TensorValues;
  /** [V] raw density at the points of the lattice. */
  densities(lattice: Lattice, values: TensorValues): Float32Array;
  /**
   * The tensors with which the points have these densities [V], or the nearest that it can; null: it cannot take on given densities.
   *
   * @param values all tensors as they are: what the densities leave open stays so
   */
  withDensities(lattice: Lattice, densities: Float32Array, values: TensorValues): TensorValues | null;
  /**
   * The tensors with which the points of the lattice have these densities [V] and features; missing: it cannot take on given features.
   *
   * @param featuresAt as below
   */
  ofPoints?(lattice: Lattice, densities: Float32Array, featuresAt: (points?: Uint32Array) => Float32Array): TensorValues;
  /** Raw density at any place. */
  densityAt(lattice: Lattice, values: TensorValues): DensityAt;
  /** [n,features] at points of the lattice; default: at all of them. */
  featuresAt(lattice: Lattice, values: TensorValues, points?: Uint32Array): Float32Array;
  /** Factor of total variation in a step of so many rays; what it multiplies is the tensors' affair (model/total-variation.ts); missing: none acts. */
  variationScale?(weight: number, grid: GridSpec, rays: number): number;
  /** Whether an L1 penalty draws the density's tensors to 0. */
  readonly sparse?: boolean;
  /** Where the tensors hold only some points of the lattice; missing: which there are does not depend on the occupancy. */
  readonly partial?: {
    /** What is the same whichever points there are. */
    readonly settings: RepresentationSpec;
    /** Whether its points are those of such a lattice. */
    fits(lattice: Pick<Lattice, 'grid'>): boolean;
    /** The representation whose tensors hold all points that samples read with this occupancy [V]. */
    within(lattice: Lattice, occupancy: Uint8Array): RepresentationSpec;
    /** One with as many points as there is to be room for. */
    most(lattice: Lattice): RepresentationSpec;
    /** What to do where it needs more room than there is. */
    moreRoom(lattice: Pick<Lattice, 'grid'>): string;
    /** The rows of the tensors, points of the lattice, in those of another on the same lattice; -1: not there. */
    rowsBefore(lattice: Lattice, before: RepresentationSpec): Int32Array;
  };
  /** What a density evaluation costs, interpolating for a network sample, and the matrix that makes its features where there is one. */
  readonly work: { readonly density: PlaceWork; readonly features: PlaceWork; readonly basis?: PlaceWork };
}

export interface Representation<Spec extends RepresentationSpec = RepresentationSpec> {
  readonly kind: Spec['kind'];
  readonly schema: z.ZodType<Spec>;
  /** With so many features and usual settings. */
  standard(features: number): Spec;
  /** The backends that have it. */
  readonly backends: readonly ('tfjs' | 'wasm' | 'webgpu')[];
  bind(spec: Spec): Omit<BoundRepresentation, 'kind' | 'backends'>;
}
