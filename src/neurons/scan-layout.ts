/**
 * How the kernels' scans see a neuron's data. A layer's parameters are one block: first the uniform ones (one value, four floats reserved), then
 * those of each neuron (a row of W floats). Gradients have the same places; those of a uniform parameter are four partial sums.
 */
import type { NeuronDefinition } from './define-neuron.ts';

export interface ParameterPlace {
  readonly name: string;
  /** Vectors of uniform parameters before it; all of them for one of each neuron. */
  readonly uniform: number;
  /** Rows of other parameters of each neuron before it; null for a uniform one. */
  readonly channels: number | null;
}

export function parameterPlaces({ parameters }: NeuronDefinition): ParameterPlace[] {
  const entries = Object.entries(parameters);
  const uniform = entries.filter(([, { scope }]) => scope === 'layer').map(([name]) => name);
  const channels = entries.filter(([, { scope }]) => scope === 'channel').map(([name]) => name);
  return [
    ...uniform.map((name, i) => ({ name, uniform: i, channels: null })),
    ...channels.map((name, i) => ({ name, uniform: uniform.length, channels: i })),
  ];
}

/** Floats of a layer's block. */
export function parameterFloats(neuron: NeuronDefinition, width: number): number {
  return parameterPlaces(neuron).reduce((sum, { channels }) => sum + (channels === null ? 4 : width), 0);
}

/** First float of a parameter in its layer's block. */
export function firstFloat({ uniform, channels }: ParameterPlace, width: number): number {
  return uniform * 4 + (channels ?? 0) * width;
}
