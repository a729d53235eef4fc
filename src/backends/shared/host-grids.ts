/** Refreshing and scaling of grids that the host can reach: engines that do both on a GPU are compared with this. */
import type { FieldSpec } from '../../model/field-spec.ts';
import { refreshOccupancy, resampleOccupancy } from '../../lattice/occupancy.ts';
import { readDensities, readValues, writeValues } from '../../model/field-values.ts';
import { representationOf } from '../../model/representations/index.ts';
import { networkParameters, parametersOf, type TensorName } from '../../model/tensor-names.ts';
import { tensorShape } from '../../model/tensor-shape.ts';
import type { FieldEngine } from '../../engine/backend.ts';

export interface HostEngine extends FieldEngine {
  /**
   * Takes the spec of `scaleGrid`. If the grid's size changes, the representation's tensors, their moments, rate and occupancy are reset (0, 0, 1, 1);
   * otherwise all tensors stay.
   */
  respecify(spec: FieldSpec): Promise<void>;
}

export async function refreshOnHost(engine: HostEngine): Promise<void> {
  await engine.writeOccupancy(refreshOccupancy(engine.spec, await readDensities(engine), await engine.readOccupancy()));
}

export async function scaleOnHost(engine: HostEngine, to: FieldSpec): Promise<void> {
  const from = engine.spec;
  const resized = to.grid.size.some((points, axis) => points !== from.grid.size[axis]);
  const representation = representationOf(from);
  const values = representation.resize(await readValues(engine), from.grid, to.grid);
  const occupancy = resampleOccupancy(await engine.readOccupancy(), from.grid, to.grid);
  await engine.respecify(to);
  await writeValues(engine, values);
  const densities = representation.densities(to, values);
  await engine.writeOccupancy(refreshOccupancy({ ...to, densityShift: from.densityShift }, densities, occupancy));
  const constant = (name: TensorName, value: number): Promise<void> =>
    engine.write(name, new Float32Array(tensorShape(name, to).reduce((a, b) => a * b)).fill(value));
  // What lies on the lattice is new where that was resized.
  if (!resized) await constant('rate', 1);
  const offLattice = representation.tensors(to).filter(({ onLattice }) => !onLattice);
  for (const name of resized ? [...networkParameters(to), ...offLattice.map((tensor) => tensor.name)] : parametersOf(to)) {
    await constant(`${name}.m`, 0);
    await constant(`${name}.v`, 0);
  }
}
