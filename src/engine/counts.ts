/** What a step or a rendering computed, counted exactly. */
import type { NetworkSpec } from '../model/field-spec.ts';
import { hiddenWidths } from '../neurons/settings.ts';

/** Exact counts of what was computed. Add them up over batches with `addCounts`. */
export interface Counts {
  rays: number;
  /** Rays with at least one network sample: for each of them the view part of layer 1 is computed once. */
  activeRays: number;
  /** Steps at occupied places where the density was interpolated. */
  densityEvaluations: number;
  /** Samples with alpha above its threshold, before the ray ended. */
  densitySamples: number;
  /** Samples shown to the colour network: M. */
  samples: number;
  /** Time steps the network ran: M; with gaps for `pad`; M*repeats for `repeat`. */
  timeSteps: number;
  /** Time steps of each hidden layer where these are learned (model/learned-repeats.ts), of which `timeSteps` is the most; missing: those of all. */
  layerSteps?: number[];
  /** Steps from the first to the last network sample of every ray, both included: the time steps of `pad`, whatever mode ran. */
  spannedSteps: number;
  /**
   * Spikes of each hidden layer over all time steps: synaptic events a target neuron, i.e. the sum of |S| before a learned amplitude, so that a spike of
   * value 2 counts twice; or active ReLUs.
   */
  spikes: number[];
  /** Neurons of each hidden layer that fired over all time steps, or active ReLUs. Of spikes 0, 1 and 2, `spikes - active` have the value 2. */
  active: number[];
  /** Those of them whose spike is negative. */
  negative: number[];
  /** Ones in the binary numbers |S|: synaptic events a target neuron if a spike is so many shifted additions; or active ReLUs. */
  bits: number[];
  /**
   * Inputs of layer 1 that are spikes, each as often as its size: with Poisson encoding those of every time step; of features and view terms as spikes
   * (model/input-spikes.ts) those of every sample, and of every ray with samples.
   */
  inputSpikes: number;
  /** Ones in their binary numbers, counted as often; with Poisson encoding the spikes. */
  inputBits: number;
  /** Ones of view terms again, for every sample of a ray but its first: what is counted besides where every sample is shown its view terms. */
  repeatedViewBits: number;
}

/** @param hiddenLayers default: the two of the published network, which also fields without a network report */
export function emptyCounts(hiddenLayers = 2): Counts {
  const idle = (): number[] => new Array<number>(hiddenLayers).fill(0);
  return {
    rays: 0,
    activeRays: 0,
    densityEvaluations: 0,
    densitySamples: 0,
    samples: 0,
    timeSteps: 0,
    spannedSteps: 0,
    spikes: idle(),
    active: idle(),
    negative: idle(),
    bits: idle(),
    inputSpikes: 0,
    inputBits: 0,
    repeatedViewBits: 0,
  };
}

/** total += part, which may have more hidden layers than were counted before */
export function addCounts(total: Counts, part: Counts): void {
  total.rays += part.rays;
  total.activeRays += part.activeRays;
  total.densityEvaluations += part.densityEvaluations;
  total.densitySamples += part.densitySamples;
  total.samples += part.samples;
  total.timeSteps += part.timeSteps;
  total.spannedSteps += part.spannedSteps;
  const add = (sums: number[], values: readonly number[]): void =>
    values.forEach((value, layer) => (sums[layer] = (sums[layer] ?? 0) + value));
  for (const name of ['spikes', 'active', 'negative', 'bits'] as const) add(total[name], part[name]);
  if (part.layerSteps !== undefined) add((total.layerSteps ??= []), part.layerSteps);
  total.inputSpikes += part.inputSpikes;
  total.inputBits += part.inputBits;
  total.repeatedViewBits += part.repeatedViewBits;
}

/** Time steps of a hidden layer (0, 1, ...). */
export function stepsOfLayer({ timeSteps, layerSteps }: Pick<Counts, 'timeSteps' | 'layerSteps'>, layer: number): number {
  return layerSteps?.[layer] ?? timeSteps;
}

/** Time steps of all hidden neurons, of layers with these widths. */
export function neuronSteps(counts: Pick<Counts, 'timeSteps' | 'layerSteps'>, widths: readonly number[]): number {
  return widths.reduce((sum, width, layer) => sum + width * stepsOfLayer(counts, layer), 0);
}

/** Share of the neurons that fire (or ReLUs that are active) in a time step, of each hidden layer. */
export function firingRates(counts: Counts, network: NetworkSpec): number[] {
  return hiddenWidths(network).map((width, layer) => counts.active[layer] / Math.max(1, stepsOfLayer(counts, layer) * width));
}
