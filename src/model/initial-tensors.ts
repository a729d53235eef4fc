/** What a stage starts from: network weights, and the density handed over from the coarse to the fine stage. */
import type { Random } from '../math/random.ts';
import { inverseSoftplus, softplus } from '../lattice/density.ts';
import type { FieldSpec } from './field-spec.ts';
import { weightTensors, type NetworkedSpec, type WeightName } from './network-layers.ts';
import type { QuantiserTensorName } from './quantised-layers.ts';
import type { SpikingTensorName } from './tensor-names.ts';

/**
 * Tensors of the layers by name; with spikes in front of layer 1 their steps; of quantised weights the raw ones, and what is known of their quantisers and
 * neurons.
 */
export type NetworkWeights = ReadonlyMap<WeightName | QuantiserTensorName | SpikingTensorName, Float32Array>;

/** Draws the layers' tensors in their order, row-major, each as its kind says. */
export function initialWeights(spec: NetworkedSpec, random: Random): NetworkWeights {
  return new Map(
    weightTensors(spec).map(({ name, shape, bound, drawn }) => {
      const length = shape.reduce((a, b) => a * b);
      const value = drawn ?? ((uniform: number) => (2 * uniform - 1) * bound);
      const isZero = bound === 0 && drawn === undefined;
      return [name, isZero ? new Float32Array(length) : Float32Array.from({ length }, () => value(random.float()))];
    }),
  );
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
