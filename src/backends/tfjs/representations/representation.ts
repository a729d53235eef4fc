/** What a representation (model/representations/) computes at samples, with tensors: differentiable by its parameters. */
import type { PackedSamples } from '../../../../renderer/march.ts';
import type { FieldSpec } from '../../../model/field-spec.ts';
import type { Tensor, TensorFlow } from '../tensorflow.ts';

/** Tensors by name: those on the lattice [V,...], x fastest, the others in their own shape. */
export type FieldParameters = Readonly<Record<string, Tensor>>;

export interface TfjsRepresentation {
  /** [D] raw density of the density samples; D > 0 */
  density(tf: TensorFlow, spec: FieldSpec, parameters: FieldParameters, samples: PackedSamples): Tensor;
  /** [M,F] features of the network samples; M > 0 */
  features(tf: TensorFlow, spec: FieldSpec, parameters: FieldParameters, samples: PackedSamples): Tensor;
}
