/** Which tensors a field has. */
import type { ParameterName, TensorName } from '../backends/backend.ts';
import type { FieldSpec } from './field-spec.ts';

export const GRID_PARAMETERS = ['density', 'features'] as const satisfies readonly ParameterName[];
export const NETWORK_PARAMETERS = ['w1', 'w2', 'w3'] as const satisfies readonly ParameterName[];

export function parametersOf(spec: FieldSpec): readonly ParameterName[] {
  return spec.network ? [...GRID_PARAMETERS, ...NETWORK_PARAMETERS] : GRID_PARAMETERS;
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
