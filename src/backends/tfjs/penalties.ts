/** Penalties of the representation's tensors, total variation and L1, as additions to the gradient: they are no part of the loss's value. */
import type { LossWeights } from '../../engine/backend.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { hasVariation } from '../../model/total-variation.ts';
import { sampleScales } from '../shared/loss.ts';
import type { FieldTensors } from './field-tensors.ts';
import type { TfjsRepresentation } from './representations/representation.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/**
 * The gradients of the representation's tensors with those of the penalties; none where no penalty is on.
 *
 * @param gradients of the other losses, by tensor
 */
export function penalisedGradients(
  tf: TensorFlow,
  spec: FieldSpec,
  { penalised }: TfjsRepresentation,
  tensors: FieldTensors,
  gradients: Readonly<Record<string, Tensor>>,
  rays: number,
  loss: LossWeights,
): Record<string, Tensor> {
  if (!hasVariation(loss.totalVariation) && loss.densityL1 === 0) return {};
  if (penalised === undefined) throw new RangeError(`Fields of the kind ${spec.representation.kind} have no total variation.`);
  const scales = sampleScales(spec, loss, rays);
  return Object.fromEntries(
    tensors.grids.map((tensor) => [tensor.name, penalised(tf, tensor, tensors.get(tensor.name), gradients[tensor.name], scales, spec)]),
  );
}
