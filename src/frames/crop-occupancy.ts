/** What a crop box leaves of a field. */
import type { FieldEngine } from '../engine/backend.ts';
import { gridPoint } from '../geometry/grid.ts';
import { spaceOf } from '../spaces/index.ts';
import type { Vec3 } from '../geometry/vector.ts';

/** World. */
export interface CropBox {
  readonly min: Vec3;
  readonly max: Vec3;
}

/**
 * The occupancy of what lies inside a box.
 *
 * @param occupancy [V]
 */
export function croppedOccupancy({ spec: { space, grid } }: FieldEngine, occupancy: Uint8Array, crop: CropBox): Uint8Array {
  const { toWorld } = spaceOf(space);
  const isInside = (point: number): boolean =>
    toWorld(gridPoint(grid, point)).every((at, axis) => at >= crop.min[axis] && at <= crop.max[axis]);
  return occupancy.map((occupied, point) => (occupied === 1 && isInside(point) ? 1 : 0));
}
