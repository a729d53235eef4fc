/**
 * A layer of neurons that fire once (Goupy et al., arXiv 2410.17066, as their released code computes it): integrate and fire without a leak,
 *
 *     V_j(t) = sum of w_ji over the inputs i with t_i <= t        t_j = the first input time t with V_j(t) > threshold_j, else 1
 *
 * Inputs spike once, at t_i in [0, 1]; 1 is no spike. A potential is looked at when the next time arrives, before its weights are added: inputs
 * of the last time before 1 raise potentials, which decide between equal times, but cause no spike. (Where several inputs share that last time,
 * the released code lets all but one of them count; here none does.) A neuron that has fired keeps its potential.
 */

export const MAX_TIME = 1;

/** One spike an input. */
export interface SpikeTimes {
  /** [I] in [0, 1] */
  readonly times: Float64Array;
  /** The inputs that spike, earliest first. */
  readonly order: Uint32Array;
}

export function spikesAt(times: ArrayLike<number>): SpikeTimes {
  const copy = Float64Array.from(times);
  const order = new Uint32Array(copy.length);
  let count = 0;
  // Insertion: inputs are few, and a field has a million places.
  for (let i = 0; i < copy.length; i++) {
    if (copy[i] >= MAX_TIME) continue;
    let at = count++;
    for (; at > 0 && copy[order[at - 1]] > copy[i]; at--) order[at] = order[at - 1];
    order[at] = i;
  }
  return { times: copy, order: order.subarray(0, count) };
}

export interface FirstSpikeLayer {
  readonly inputs: number;
  readonly neurons: number;
  /** [J,I] */
  readonly weights: Float64Array;
}

export interface Firing {
  /** [J] in [0, 1]; 1: it did not fire. */
  readonly times: Float64Array;
  /** [J] when it fired, or at the end. */
  readonly potentials: Float64Array;
  /** Weights added to potentials, and potentials compared with thresholds. */
  readonly additions: number;
  readonly comparisons: number;
}

/**
 * @param thresholds [J]
 * @param untilFirst stops once a neuron has fired, as one does who asks only which class it is: events behind that cost nothing
 */
export function fire(layer: FirstSpikeLayer, { times: at, order }: SpikeTimes, thresholds: Float64Array, untilFirst = false): Firing {
  const { inputs, neurons, weights } = layer;
  const times = new Float64Array(neurons).fill(MAX_TIME);
  const potentials = new Float64Array(neurons);
  let [additions, comparisons, silent] = [0, 0, neurons];
  for (let event = 0; event < order.length && silent > 0; event++) {
    const input = order[event];
    const before = event === 0 ? -1 : at[order[event - 1]];
    if (event > 0 && at[input] > before) {
      comparisons += silent;
      for (let j = 0; j < neurons; j++) {
        if (times[j] < MAX_TIME || potentials[j] <= thresholds[j]) continue;
        times[j] = before;
        silent--;
      }
      if (untilFirst && silent < neurons) break;
    }
    for (let j = 0; j < neurons; j++) if (times[j] === MAX_TIME) potentials[j] += weights[j * inputs + input];
    additions += silent;
  }
  return { times, potentials, additions, comparisons };
}

/** The neuron that fired first, of those given; at equal times the one with the highest potential, then the first of them. */
export function firstOf(neurons: readonly number[], firing: Pick<Firing, 'times' | 'potentials'>): number {
  return neurons.reduce((best, j) => (isEarlier(firing, j, best) ? j : best));
}

export function isEarlier({ times, potentials }: Pick<Firing, 'times' | 'potentials'>, j: number, than: number): boolean {
  return times[j] < times[than] || (times[j] === times[than] && potentials[j] > potentials[than]);
}
