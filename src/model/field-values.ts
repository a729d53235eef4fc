/** The numbers of a field's representation, read from an engine or a checkpoint and written to one. */
import { representationOf } from './representations/index.ts';
import type { TensorValues } from './representations/representation.ts';
import type { FieldSpec } from './field-spec.ts';
import { gridParameters } from './tensor-names.ts';

interface Source {
  readonly spec: FieldSpec;
  read(name: string): Promise<Float32Array>;
}

export async function readValues(source: Source): Promise<TensorValues> {
  const values: Record<string, Float32Array> = {};
  for (const name of gridParameters(source.spec)) values[name] = await source.read(name);
  return values;
}

export async function writeValues(engine: { write(name: string, data: Float32Array): Promise<void> }, values: TensorValues): Promise<void> {
  for (const [name, data] of Object.entries(values)) await engine.write(name, data);
}

/** [V] raw density at the points of the lattice. */
export async function readDensities(source: Source): Promise<Float32Array> {
  return representationOf(source.spec).densities(source.spec, await readValues(source));
}
