/** Shapes of a field's tensors in files, slowest index first. */
import { neuronTensors } from '../neurons/settings.ts';
import type { FieldSpec } from './field-spec.ts';
import { repeatsTensors } from './learned-repeats.ts';
import { weightTensors } from './network-layers.ts';
import { quantisedLayers } from './quantised-layers.ts';
import { representationOf } from './representations/index.ts';
import type { RepresentationTensor } from './representations/representation.ts';
import { splitTensorName, type TensorName } from './tensor-names.ts';

/** @throws RangeError if the field has no tensor of this name */
export function tensorShape(name: TensorName, spec: FieldSpec): readonly number[] {
  const { parameter } = splitTensorName(name);
  const found = gridTensor(name, spec)?.shape ?? networkShape(parameter, spec);
  if (found === undefined) throw new RangeError(`This field has no tensor ${name}.`);
  return found;
}

/** Numbers of all tensors of the representation. */
export function gridFloats(spec: FieldSpec): number {
  return representationOf(spec)
    .tensors(spec)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Values a point of the lattice, or null for tensors that are not on it. */
export function rowLength(name: TensorName, spec: FieldSpec): number | null {
  const tensor = gridTensor(name, spec);
  return tensor?.onLattice === true ? tensor.shape.slice(3).reduce((a, b) => a * b, 1) : null;
}

function gridTensor(name: TensorName, spec: FieldSpec): Pick<RepresentationTensor, 'shape' | 'onLattice'> | undefined {
  const [x, y, z] = spec.grid.size;
  if (name === 'rate') return { shape: [z, y, x], onLattice: true };
  const { parameter } = splitTensorName(name);
  return representationOf(spec)
    .tensors(spec)
    .find((tensor) => tensor.name === parameter);
}

function networkShape(parameter: string, spec: FieldSpec): readonly number[] | undefined {
  if (parameter === 'inputRange') return [2];
  if (parameter === 'inputSteps') return [representationOf(spec).features];
  const weights = weightTensors(spec).find(({ name }) => name === parameter);
  if (weights !== undefined) return weights.shape;
  const ofQuantisers = quantisedLayers(spec).flatMap(({ parameters, states }) => [...parameters, ...states]);
  if (repeatsTensors(spec.network).some(({ name }) => name === parameter)) return [1];
  const own = [...neuronTensors(spec.network), ...ofQuantisers].find(({ name }) => name === parameter);
  return own && [own.length];
}
