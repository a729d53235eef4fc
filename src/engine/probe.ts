/** What a probe of rays tells: the samples of each ray, and what every neuron did at each of its time steps. For analysis, not for speed. */
import type { Vec3 } from '../geometry/vector.ts';

export interface ProbedSample {
  /** Index of its step on the ray. */
  readonly stepIndex: number;
  /** From the origin of the ray, as rendered depths are. */
  readonly distance: number;
  /** In the field's space. */
  readonly position: Vec3;
  readonly alpha: number;
  /** Share of its colour in that of the ray. */
  readonly weight: number;
  /** [3] in [0,1] */
  readonly colour: Vec3;
}

/** A hidden layer in a time step. */
export interface ProbedLayer {
  /** [W] H before reset; of ReLUs their inputs. */
  readonly potentials: Float32Array;
  /** Neurons with an output, ascending, and what they give to the next layer: spikes, or activations of ReLUs. */
  readonly neurons: Uint16Array;
  readonly values: Float32Array;
}

/** A time step of the network. */
export interface ProbedStep {
  /** Index among the ray's samples; -1: a gap between two of them, where the input is 0 (temporal padding). */
  readonly sample: number;
  /** [I] features, then view terms; with Poisson encoding its spikes. */
  readonly inputs: Float32Array;
  readonly layers: readonly ProbedLayer[];
}

export interface ProbedRay {
  /** Those shown to the network, from near to far. */
  readonly samples: readonly ProbedSample[];
  /**
   * In the order of time: a sample has one, or `repeats`, or as many as the layer that learned the most, in which those that are over are silent, at 0.
   * Without a network there are none.
   */
  readonly steps: readonly ProbedStep[];
}
