/** Refreshing and scaling of grids that the host can reach: engines that do both on a GPU are compared with this. */
import type { FieldSpec } from '../../model/field-spec.ts';
import { refreshOccupancy, resampleOccupancy } from '../../lattice/occupancy.ts';
import { readDensities, readValues, writeValues } from '../../model/field-values.ts';
import { fitted, representationOf } from '../../model/representations/index.ts';
import { networkParameters, parametersOf, type TensorName } from '../../model/tensor-names.ts';
import { tensorShape } from '../../model/tensor-shape.ts';
import type { FieldEngine } from '../../engine/backend.ts';

export interface HostEngine extends FieldEngine {
  /**
   * Takes the spec of `scaleGrid`. If the grid's size changes, the representation's tensors, their moments, rate and occupancy are reset (0, 0, 1, 1);
   * otherwise all tensors stay: of bricks those that exist before and after, others begin with 0.
   */
  respecify(spec: FieldSpec): Promise<void>;
}

export async function refreshOnHost(engine: HostEngine): Promise<void> {
  const occupancy = refreshOccupancy(engine.spec, await readDensities(engine), await engine.readOccupancy());
  await engine.writeOccupancy(occupancy);
  await release(engine, occupancy);
}

/** Lets go of what samples cannot read any more. */
async function release(engine: HostEngine, occupancy: Uint8Array): Promise<void> {
  const spec = fitted(engine.spec, occupancy);
  if (spec !== engine.spec) await engine.respecify(spec);
}

export async function scaleOnHost(engine: HostEngine, wanted: FieldSpec): Promise<void> {
  const from = engine.spec;
  const before = resampleOccupancy(await engine.readOccupancy(), from.grid, wanted.grid);
  const to = fitted(wanted, before);
  const representation = representationOf(to);
  const values = representationOf(from).resize(await readValues(engine), from.grid, to.grid, to.representation);
  await engine.respecify(to);
  await writeValues(engine, values);
  const occupancy = refreshOccupancy({ ...to, densityShift: from.densityShift }, representation.densities(to, values), before);
  await engine.writeOccupancy(occupancy);
  const constant = (name: TensorName, value: number): Promise<void> =>
    engine.write(name, new Float32Array(tensorShape(name, to).reduce((a, b) => a * b)).fill(value));
  // What lies at points of the lattice is new where that was resized.
  const resized = to.grid.size.some((points, axis) => points !== from.grid.size[axis]);
  if (!resized) await constant('rate', 1);
  const elsewhere = representation.tensors(to).filter(({ onLattice, skipsZeros }) => !(skipsZeros ?? onLattice));
  for (const name of resized ? [...networkParameters(to), ...elsewhere.map((tensor) => tensor.name)] : parametersOf(to)) {
    await constant(`${name}.m`, 0);
    await constant(`${name}.v`, 0);
  }
  await release(engine, occupancy);
}
