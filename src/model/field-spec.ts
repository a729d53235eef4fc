/**
 * What a field is: the static description that every backend builds from. Plain data; goes into checkpoints as JSON.
 *
 * Conventions: right-handed world in the metres of the scene file; grids are linear, x fastest: index = x + nx*(y + ny*z); grid points
 * include both faces of the box ("align corners": point i of axis x sits at min + i*(max-min)/(nx-1)).
 */
import type { FieldSpace } from '../spaces/space.ts';
import type { Vec3 } from '../geometry/vector.ts';
import { innerSteps } from '../geometry/contraction.ts';
import type { NeuronChoice } from '../neurons/settings.ts';

export interface GridSpec {
  /** Points along x, y, z; each at least 2. */
  readonly size: Vec3;
  /** Box in the field's space: metres of the world, or normalised device coordinates. */
  readonly min: Vec3;
  readonly max: Vec3;
}

export type TemporalMode = 'condense' | 'pad' | 'repeat';
export type SampleOrder = 'near-to-far' | 'far-to-near';

/** The colour network 12+27 -> width -> width -> 3, no bias, last layer not spiking; rgb = sigmoid of the logits. */
export interface NetworkSpec extends NeuronChoice {
  /** Frequencies 1, 2, 4, ... of the view encoding: 3 + 6*viewFrequencies view inputs. */
  readonly viewFrequencies: number;
  readonly temporal: TemporalMode;
  readonly order: SampleOrder;
  /** `repeat` only: time steps for which every sample is shown; logits are averaged over them. */
  readonly repeats: number;
  /** `repeat` only: real-valued input at every step, or Bernoulli spikes of the min-max normalised input. */
  readonly encoding: 'direct' | 'poisson';
}

/** The ANN twin of a network: ReLU in place of spikes. */
export function twinOf<Network extends NetworkSpec>(network: Network): Network {
  return { ...network, neuron: 'relu', neuronParameters: {} };
}

export interface FieldSpec {
  readonly space: FieldSpace;
  readonly grid: GridSpec;
  /** 12 with a network; 3 without one (the features then are colour logits: the coarse stage of DVGO). */
  readonly featureChannels: number;
  readonly network: NetworkSpec | null;
  /** b in alpha = 1 - (1 + exp(density + b))^-interval; DVGO's act_shift. */
  readonly densityShift: number;
  /** Exponent of the alpha activation: step size in voxels * voxel size / base voxel size. */
  readonly interval: number;
  /** Distance between two steps of a ray: metres, or units of the direction (see FieldSpace). */
  readonly stepLength: number;
  /** Nearest distance of a sample, in units of the ray direction (z-depth for camera rays). */
  readonly near: number;
  /** Samples with alpha at or below it do not exist. */
  readonly alphaThreshold: number;
  /** Samples with weight at or below it are not shown to the network (they still attenuate). */
  readonly weightThreshold: number;
}

/**
 * Of a multi-plane grid: a step nearer to a plane than this, in distances of planes, lies on it, so that steps that go from plane to plane meet
 * four voxels each and not, by rounding, eight.
 */
export const ON_PLANE = 1e-3;

/** A ray stops once its transmittance is below this (DVGO's alpha2weight). */
export const MIN_TRANSMITTANCE = 1e-3;

export function voxelCount(grid: GridSpec): number {
  return grid.size[0] * grid.size[1] * grid.size[2];
}

/** Edge of a cubic voxel when `voxels` of them fill the box, metres (DVGO `_set_grid_resolution`). */
export function voxelSize(min: Vec3, max: Vec3, voxels: number): number {
  return Math.cbrt(((max[0] - min[0]) * (max[1] - min[1]) * (max[2] - min[2])) / voxels);
}

/** Number of inputs of the view-direction part of layer 1. */
export function viewInputs(network: NetworkSpec): number {
  return 3 + 6 * network.viewFrequencies;
}

/** Whether steps are metres along the ray; else they are units of its direction. */
export function hasMetricSteps({ space }: FieldSpec): boolean {
  return space.kind === 'bounded';
}

/** Steps on the longest possible ray through the box: the most samples a ray can have. */
export function maxStepsPerRay(spec: FieldSpec): number {
  const { min, max } = spec.grid;
  if (spec.space.kind === 'unbounded') return 2 * innerSteps(spec.stepLength);
  const longest = hasMetricSteps(spec) ? Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]) : 1;
  return Math.ceil(longest / spec.stepLength) + 1;
}
