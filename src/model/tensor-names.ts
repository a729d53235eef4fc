/** Which tensors a field has. */
import type { ParameterName, TensorName } from '../backends/backend.ts';
import type { FieldSpec } from './field-spec.ts';

import { neuronTensors } from '../neurons/settings.ts';

export const GRID_PARAMETERS = ['density', 'features'] as const satisfies readonly ParameterName[];
export const WEIGHTS = ['w1', 'w2', 'w3'] as const satisfies readonly ParameterName[];

/** Weights and learned parameters of the neurons. */
export function networkParameters({ network }: FieldSpec): readonly ParameterName[] {
  return network ? [...WEIGHTS, ...neuronTensors(network).map(({ name }) => name)] : [];
}

export function parametersOf(spec: FieldSpec): readonly ParameterName[] {
  return [...GRID_PARAMETERS, ...networkParameters(spec)];
}

/** `n1.tau.m`: a parameter, and which of its moments, if any. */
export function splitTensorName(name: TensorName): { parameter: ParameterName; moment: 'm' | 'v' | null } {
  const match = /^(.+)\.([mv])$/.exec(name);
  return match === null
    ? { parameter: name as ParameterName, moment: null }
    : { parameter: match[1] as ParameterName, moment: match[2] as 'm' | 'v' };
}

/** All that rendering reads, occupancy aside. */
export function renderingTensors(spec: FieldSpec): readonly TensorName[] {
  const ranged = spec.network?.temporal === 'repeat' && spec.network.encoding === 'poisson';
  return ranged ? [...parametersOf(spec), 'inputRange'] : parametersOf(spec);
}

/** All that training reads, occupancy aside. The rate differs from 1 only in the coarse stage, which has no network. */
export function trainingTensors(spec: FieldSpec): readonly TensorName[] {
  const moments = parametersOf(spec).flatMap((name): TensorName[] => [`${name}.m`, `${name}.v`]);
  return [...renderingTensors(spec), ...moments, ...(spec.network ? [] : (['rate'] as const))];
}
