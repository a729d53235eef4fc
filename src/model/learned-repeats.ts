/**
 * Time steps that hidden layers learn (adaptive bit allocation: "temporal length" and "temporal squeezing", equations of both; Yao et al., arXiv
 * 2506.23717), where a sample is shown repeatedly (`repeat`): every layer has its own number of them, and the next is shown the mean of its outputs,
 *
 *     T_l = round(clip(raw, 1, most))        a_l = 1/T_l sum_{t <= T_l} S_l,t        I_{l+1} = layer_{l+1}(a_l), the same at all of its T_{l+1} steps
 *
 *     d a_l / d T_l = -a_l / T_l        d T_l / d raw := 1        (as the released code has it)
 *
 * so that inputs a_0 are seen as they are. What asks for fewer steps, or more, is the bit budget (bit-budget.ts). `most` is one more than in the
 * beginning, as in that code. On the time axis of rays there is nothing of the kind: a mean over it would mix samples.
 *
 * A layer's input being constant, the derivative of its mean output by it is what rates carry (neurons/compile-rates.ts), here without approximation: no
 * time step is kept. As the matrix behind a layer sees nothing of it but a_l, the gradient of T_l follows from the matrix's,
 *
 *     d loss / d T_l = -1/T_l sum_{n,j} a_nj d loss / d a_nj = -1/T_l sum_{j,k} w_jk d loss / d w_jk        (w: of layer l + 1)
 */
import { learnsRepeats } from '../config/backward.ts';
import { valueOf, wholeUpTo, type Transform } from '../neurons/parameters.ts';
import { hiddenWidths } from '../neurons/settings.ts';
import type { NetworkSpec } from './field-spec.ts';

export type RepeatsName = `t${number}`;

/** The raw number of time steps of a hidden layer, [1]. */
export interface RepeatsTensor {
  readonly name: RepeatsName;
  /** 1, 2, ... */
  readonly layer: number;
  readonly initial: number;
}

export function repeatsTransform({ repeats }: Pick<NetworkSpec, 'repeats'>): Transform {
  return wholeUpTo(repeats + 1);
}

/** Of all hidden layers, in order; none where nothing is learned. */
export function repeatsTensors(network: NetworkSpec | null): RepeatsTensor[] {
  if (network === null || !learnsRepeats(network)) return [];
  const initial = repeatsTransform(network).raw(network.repeats);
  return hiddenWidths(network).map((_, index) => ({ name: `t${index + 1}`, layer: index + 1, initial }));
}

/** Time steps of each hidden layer as they are now; null where none are learned. */
export async function readRepeats(
  network: NetworkSpec | null,
  read: (name: RepeatsName) => Promise<Float32Array>,
): Promise<number[] | null> {
  if (network === null || !learnsRepeats(network)) return null;
  const transform = repeatsTransform(network);
  return Promise.all(repeatsTensors(network).map(async ({ name }) => valueOf(transform, (await read(name))[0])));
}

/** d loss / d T of a layer of T steps. @param weights of the layer behind, as kernels see them @param gradient d loss / d those */
export function repeatsGradient(repeats: number, weights: Float32Array, gradient: Float32Array): number {
  return -weights.reduce((sum, weight, i) => sum + weight * gradient[i], 0) / repeats;
}
