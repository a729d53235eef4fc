/** Refreshing and scaling of grids that the host can reach: the engines on a GPU of their own are compared with this. */
import type { FieldSpec } from '../../model/field-spec.ts';
import { refreshOccupancy, resampleOccupancy } from '../../model/occupancy.ts';
import { resampleGrid } from '../../model/resample-grid.ts';
import { networkParameters, parametersOf, type TensorName } from '../../model/tensor-names.ts';
import { tensorShape } from '../../model/tensor-shape.ts';
import type { FieldEngine } from '../../engine/backend.ts';

export interface HostEngine extends FieldEngine {
  /**
   * Takes the spec of `scaleGrid`. If the grid's size changes, density, features, their moments, rate and occupancy are reset (0, 0, 0, 1, 1);
   * otherwise all tensors stay.
   */
  respecify(spec: FieldSpec): Promise<void>;
}

export async function refreshOnHost(engine: HostEngine): Promise<void> {
  await engine.writeOccupancy(refreshOccupancy(engine.spec, await engine.read('density'), await engine.readOccupancy()));
}

export async function scaleOnHost(engine: HostEngine, to: FieldSpec): Promise<void> {
  const from = engine.spec;
  const resized = to.grid.size.some((points, axis) => points !== from.grid.size[axis]);
  const density = resampleGrid(await engine.read('density'), from.grid, to.grid, 1);
  const features = resampleGrid(await engine.read('features'), from.grid, to.grid, from.featureChannels);
  const occupancy = resampleOccupancy(await engine.readOccupancy(), from.grid, to.grid);
  await engine.respecify(to);
  await engine.write('density', density);
  await engine.write('features', features);
  await engine.writeOccupancy(refreshOccupancy({ ...to, densityShift: from.densityShift }, density, occupancy));
  const constant = (name: TensorName, value: number): Promise<void> =>
    engine.write(name, new Float32Array(tensorShape(name, to).reduce((a, b) => a * b)).fill(value));
  await constant('rate', 1);
  for (const name of resized ? networkParameters(to) : parametersOf(to)) {
    await constant(`${name}.m`, 0);
    await constant(`${name}.v`, 0);
  }
}
