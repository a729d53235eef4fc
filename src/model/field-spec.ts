/** What a field is: the static description that every backend builds from. Plain data; goes into checkpoints as JSON. Right-handed world in metres. */
import type { Lattice } from '../lattice/lattice.ts';
import type { RepresentationSpec } from './representations/representation.ts';
import type { NeuronChoice } from '../neurons/settings.ts';

export type TemporalMode = 'condense' | 'pad' | 'repeat';
export type SampleOrder = 'near-to-far' | 'far-to-near';

/**
 * The colour network (network-layers.ts): hidden layers with neurons behind them and a dense output layer without; rgb = sigmoid of the logits. The
 * published one is 12+27 -> width -> width -> 3, no bias.
 */
export interface NetworkSpec extends NeuronChoice {
  /** Quantiser of the weights (src/quantisers/): of all layers, or of each, the output layer included; null or missing: none. */
  readonly quantiser?: string | readonly (string | null)[] | null;
  /** Frequencies 1, 2, 4, ... of the view encoding: 3 + 6*viewFrequencies view inputs. */
  readonly viewFrequencies: number;
  /** Frequencies 1, 2, 4, ... of the features' encoding (feature-encoding.ts); 0 or missing: the features as they are. */
  readonly featureFrequencies?: number;
  readonly temporal: TemporalMode;
  readonly order: SampleOrder;
  /** `repeat` only: time steps for which every sample is shown; logits are averaged over them. */
  readonly repeats: number;
  /** `repeat` only: whether every hidden layer learns its own number of them, beginning with `repeats` (learned-repeats.ts); missing: no. */
  readonly learnRepeats?: boolean;
  /** `repeat` only: real-valued input at every step, or Bernoulli spikes of the min-max normalised input. */
  readonly encoding: 'direct' | 'poisson';
  /** What training differentiates: every time step, or firing rates (`repeat` only; config/backward.ts says when); missing: every time step. */
  readonly backward?: 'time' | 'rate';
  /** Largest size of the spikes that features and view terms become in front of layer 1 (input-spikes.ts); 0 or missing: they are real numbers. */
  readonly featureLevels?: number;
  readonly viewLevels?: number;
}

/** The ANN twin of a network: ReLU in place of spikes. */
export function twinOf<Network extends NetworkSpec>(network: Network): Network {
  return { ...network, neuron: 'relu', neuronParameters: {} };
}

/** A field: the lattice that marching goes through, what gives density and features at its places, and the network that makes colours of features. */
export interface FieldSpec extends Lattice {
  readonly representation: RepresentationSpec;
  /** null: the features are colour logits (the coarse stage of DVGO). */
  readonly network: NetworkSpec | null;
}

/** Number of inputs of the view-direction part of layer 1. */
export function viewInputs(network: NetworkSpec): number {
  return 3 + 6 * network.viewFrequencies;
}
