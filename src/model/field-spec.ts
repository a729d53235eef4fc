/** What a field is: the static description that every backend builds from. Plain data; goes into checkpoints as JSON. Right-handed world in metres. */
import type { GridSpec } from '../geometry/grid.ts';
import { spaceOf } from '../spaces/index.ts';
import type { FieldSpace } from '../spaces/space.ts';
import type { NeuronChoice } from '../neurons/settings.ts';

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

/** A ray stops once its transmittance is below this (DVGO's alpha2weight). */
export const MIN_TRANSMITTANCE = 1e-3;

/** Number of inputs of the view-direction part of layer 1. */
export function viewInputs(network: NetworkSpec): number {
  return 3 + 6 * network.viewFrequencies;
}

/** Steps on the longest possible ray through the box: the most samples a ray can have. */
export function maxStepsPerRay({ space, grid, stepLength }: Pick<FieldSpec, 'space' | 'grid' | 'stepLength'>): number {
  return spaceOf(space).maxSteps(grid, stepLength);
}
