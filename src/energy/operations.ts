/**
 * Multiply-accumulates (MACs) and accumulates (ACs, an addition of a weight for a spike) of the colour network, from exact counts.
 *
 * F features and V view terms into layer 1, width W, M samples, R rays with samples, s1 and s2 spikes of the hidden layers, in both
 * conventions:
 *
 *     published    ANN  M (F+V) W + M W W + 3 M W MAC                    SpikingNeRF's code (`--op_count`)
 *                  SNN  M (F+V) W MAC + W s1 + 3 s2 AC                   layer 1 has real-valued inputs
 *     as executed  ANN  R V W + M F W + M W W + 3 M W MAC                the view part of layer 1 once a ray
 *                  SNN  R V W + M F W MAC + W s1 + 3 s2 AC
 *
 * Of the ANN as executed, the effective MACs are those with a non-zero ReLU: R V W + M F W + W a1 + 3 a2, a the active ReLUs. Samples shown
 * repeatedly multiply layer 1 by the number of repeats as published, not as executed (its input is the same); with Poisson encoding layer 1
 * adds W for every input spike instead. Not counted: grid interpolation, view encoding, membrane updates, sigmoids, compositing.
 */
import type { Counts } from '../backends/backend.ts';
import { viewInputs, type NetworkSpec } from '../model/field-spec.ts';

export interface Operations {
  readonly macs: number;
  readonly acs: number;
}

export interface OperationCounts {
  /** The network as it is. */
  readonly published: Operations;
  readonly executed: Operations;
  /** Its ANN twin on the same samples: what the same picture costs without spikes. */
  readonly annPublished: Operations;
  readonly annExecuted: Operations;
  /** Executed operations whose input is not zero. For a spiking network the same as `executed`. */
  readonly effective: Operations;
}

export function countOperations(counts: Counts, network: NetworkSpec, featureChannels: number): OperationCounts {
  const { width } = network;
  const { samples, activeRays } = counts;
  const view = viewInputs(network);
  const wholeLayer1 = samples * (featureChannels + view) * width;
  const splitLayer1 = activeRays * view * width + samples * featureChannels * width;
  const later = samples * (width * width + 3 * width);
  const afterHidden = width * counts.spikes[0] + 3 * counts.spikes[1];

  const annPublished = { macs: wholeLayer1 + later, acs: 0 };
  const annExecuted = { macs: splitLayer1 + later, acs: 0 };
  if (network.neuron === 'relu') {
    const effective = { macs: splitLayer1 + afterHidden, acs: 0 };
    return { published: annPublished, executed: annExecuted, annPublished, annExecuted, effective };
  }
  const repeated = network.temporal === 'repeat';
  const spikingInput = repeated && network.encoding === 'poisson';
  const acs = afterHidden + (spikingInput ? width * counts.inputSpikes : 0);
  const published = { macs: spikingInput ? 0 : wholeLayer1 * (repeated ? network.repeats : 1), acs };
  const executed = { macs: spikingInput ? 0 : splitLayer1, acs };
  return { published, executed, annPublished, annExecuted, effective: executed };
}
