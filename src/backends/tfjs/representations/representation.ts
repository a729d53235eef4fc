/** What a representation (model/representations/) computes at samples, with tensors: differentiable by its parameters. */
import type { PackedSamples } from '../../../../renderer/march.ts';
import type { FieldSpec } from '../../../model/field-spec.ts';
import type { RepresentationTensor } from '../../../model/representations/representation.ts';
import type { Tensor, TensorFlow } from '../tensorflow.ts';

/** Tensors by name: those on the lattice [V,...], x fastest, the others in their own shape. */
export type FieldParameters = Readonly<Record<string, Tensor>>;

/** Factors of total variation and of the density's L1 (backends/shared/loss.ts); 0: none. */
export interface PenaltyScales {
  readonly densityVariation: number;
  readonly featureVariation: number;
  /** 1: total variation acts everywhere. */
  readonly denseVariation: number;
  readonly densityL1: number;
}

export interface TfjsRepresentation {
  /** [D] raw density of the density samples; D > 0 */
  density(tf: TensorFlow, spec: FieldSpec, parameters: FieldParameters, samples: PackedSamples): Tensor;
  /** [M,F] features of the network samples; M > 0 */
  features(tf: TensorFlow, spec: FieldSpec, parameters: FieldParameters, samples: PackedSamples): Tensor;
  /**
   * The gradient of a tensor with those of its penalties, which are no part of the loss's value. Only asked where one of them is on; none where it is
   * missing.
   */
  penalised?(tf: TensorFlow, tensor: RepresentationTensor, value: Tensor, gradient: Tensor, scales: PenaltyScales, spec: FieldSpec): Tensor;
}
