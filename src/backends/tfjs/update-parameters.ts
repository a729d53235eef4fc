/** What a training step leaves behind: parameters and moments after Adam, weights within their range, states of quantisers measured anew. */
import type { StepSettings } from '../../engine/backend.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { weightTensors, type WeightName } from '../../model/network-layers.ts';
import { quantisedLayers } from '../../model/quantised-layers.ts';
import type { ParameterName } from '../../model/tensor-names.ts';
import { measureState } from '../../quantisers/quantiser.ts';
import { adamStep } from './adam.ts';
import type { FieldTensors } from './field-tensors.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/**
 * @param found gradients of every parameter, by name, which are the caller's to dispose; what rests is left as it is
 */
export async function updateParameters(
  tf: TensorFlow,
  spec: FieldSpec,
  tensors: FieldTensors,
  { gradients, resting }: { readonly gradients: Readonly<Record<string, Tensor>>; readonly resting: ReadonlySet<string> },
  settings: StepSettings,
): Promise<void> {
  for (const name of tensors.parameterNames) if (!resting.has(name)) updateParameter(tf, spec, tensors, name, gradients[name], settings);
  const weights = weightTensors(spec).map(({ name }) => name);
  await measureStates(spec, tensors, weights, false);
}

/**
 * States of the quantisers of `weights`, which have changed.
 *
 * @param anew they were set, not trained: what was measured before does not count
 */
export async function measureStates(spec: FieldSpec, tensors: FieldTensors, weights: readonly WeightName[], anew: boolean): Promise<void> {
  for (const { weight, shape, quantiser, states } of quantisedLayers(spec).filter((layer) => weights.includes(layer.weight)))
    for (const { name, key } of states) {
      const before = anew ? Float32Array.of(NaN) : await tensors.read(name);
      tensors.write(name, measureState(quantiser.states[key], await tensors.read(weight), before, shape));
    }
}

function updateParameter(
  tf: TensorFlow,
  spec: FieldSpec,
  tensors: FieldTensors,
  name: ParameterName,
  gradient: Tensor,
  settings: StepSettings,
): void {
  const grid = tensors.grids.find((tensor) => tensor.name === name);
  const onLattice = grid?.onLattice === true;
  const updated = tf.tidy(() => {
    const rate = tensors.get('rate');
    const old = { parameter: tensors.get(name), m: tensors.get(`${name}.m`), v: tensors.get(`${name}.v`) };
    return adamStep(tf, old, gradient, {
      adam: settings.adam,
      adamStep: settings.adamStep,
      learningRate: grid ? settings.learningRates[grid.group] : settings.learningRates.network * networkFactor(spec, name),
      rate: onLattice ? tf.reshape(rate, [-1, ...gradient.shape.slice(1).map(() => 1)]) : null,
      skipZeroGradients: grid?.skipsZeros ?? onLattice,
    });
  });
  const range = weightTensors(spec).find((tensor) => tensor.name === name)?.range;
  tensors.assign(name, range === undefined ? updated.parameter : tf.clipByValue(updated.parameter, ...range));
  if (range !== undefined) updated.parameter.dispose();
  tensors.assign(`${name}.m`, updated.m);
  tensors.assign(`${name}.v`, updated.v);
}

/** What neurons learn, and how long they run. */
function networkFactor(spec: FieldSpec, name: ParameterName): number {
  return /^[nt]\d/.test(name) ? (spec.network?.neuronRate ?? 1) : 1;
}
