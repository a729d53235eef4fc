/**
 * Competition regulation (neuronal competition groups; Goupy et al., arXiv 2410.17066) as homeostasis of hidden neurons: those of a layer compete as the
 * target neurons of a class do there. After a step, with the mean spike s_c of neuron c over the step's samples,
 *
 *     theta'_c <- max(theta, theta'_c + eta (s_c - mean_c s))
 *
 * which is their rule where one neuron fires and the others do not: eta (n - 1)/n for the winner, -eta/n for the losers (src/stdp/competition-groups.ts).
 * theta' begins anew at theta after every interval, where eta is multiplied by `anneal`. Pictures are made with theta.
 *
 * Chosen here: the step as their sample, the interval (their epoch), eta and its annealing; docs/results.md compares some values of these.
 */
import type { StepSettings } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import { neuronNamed } from '../neurons/index.ts';
import { isRaised } from '../neurons/regulated-lif.ts';
import { hiddenWidths } from '../neurons/settings.ts';

/** theta' - theta of each hidden layer's neurons, [W] each. */
export type Rises = readonly (readonly number[])[];

type Regulation = Config['fine']['regulation'];

export function isRegulated(network: NetworkSpec | null, { rate }: Regulation): network is NetworkSpec {
  return network !== null && rate > 0 && isRaised(neuronNamed(network.neuron));
}

/** What a step is told of them; nothing where there is no regulation. @param rises null: before the first step */
export function raisedThresholds(
  network: NetworkSpec | null,
  regulation: Regulation,
  rises: Rises | null,
): Pick<StepSettings, 'thresholdRises'> {
  if (!isRegulated(network, regulation)) return {};
  const widths = hiddenWidths(network);
  return { thresholdRises: widths.map((width, layer) => (rises === null ? new Float32Array(width) : Float32Array.from(rises[layer]))) };
}

/**
 * The rises after step `step` (1, 2, ...), whose own were `rises`; in single precision, as the steps see them.
 *
 * @param meanSpikes [W] of each layer
 */
export function regulated(
  { rate, interval, anneal }: Regulation,
  step: number,
  rises: readonly Float32Array[],
  meanSpikes: readonly Float32Array[],
): Rises {
  if (step % interval === 0) return rises.map((ofLayer) => new Array<number>(ofLayer.length).fill(0));
  const now = rate * anneal ** Math.floor((step - 1) / interval);
  return rises.map((ofLayer, layer) => {
    const spikes = meanSpikes[layer];
    const mean = spikes.reduce((sum, value) => sum + value, 0) / spikes.length;
    return Array.from(ofLayer, (rise, c) => Math.fround(Math.max(0, rise + now * (spikes[c] - mean))));
  });
}
