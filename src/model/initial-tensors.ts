/** What a stage starts from: network weights, and the density handed over from the coarse to the fine stage. */
import type { Random } from '../math/random.ts';
import { inverseSoftplus, softplus } from '../lattice/density.ts';
import { viewInputs, type FieldSpec, type NetworkSpec } from './field-spec.ts';

export interface NetworkWeights {
  /** [I,W], [W,W], [W,3] */
  readonly w1: Float32Array;
  readonly w2: Float32Array;
  readonly w3: Float32Array;
}

/** torch.nn.Linear's default: uniform in +-1/sqrt(fan_in). Draws w1, w2, w3 in this order, row-major. */
export function initialWeights(network: NetworkSpec, features: number, random: Random): NetworkWeights {
  const inputs = features + viewInputs(network);
  return {
    w1: uniformWeights(inputs, network.width, random),
    w2: uniformWeights(network.width, network.width, random),
    w3: uniformWeights(network.width, 3, random),
  };
}

function uniformWeights(fanIn: number, fanOut: number, random: Random): Float32Array {
  const bound = 1 / Math.sqrt(fanIn);
  return Float32Array.from({ length: fanIn * fanOut }, () => (2 * random.float() - 1) * bound);
}

/**
 * The fine density that describes the same medium as the coarse one, point by point. The optical depth per metre is
 * softplus(s + b) * interval / stepLength, hence
 *
 *     softplus(s_f + b_f) = softplus(s_c + b_c) * (interval_c / stepLength_c) / (interval_f / stepLength_f)
 *
 * density [V fine]: the coarse density s_c resampled to the fine grid; replaced in place by s_f.
 */
export function matchOpticalDepth(density: Float32Array, coarse: FieldSpec, fine: FieldSpec): void {
  const ratio = (coarse.interval * fine.stepLength) / (coarse.stepLength * fine.interval);
  for (let i = 0; i < density.length; i++) {
    density[i] = inverseSoftplus(softplus(density[i] + coarse.densityShift) * ratio) - fine.densityShift;
  }
}
