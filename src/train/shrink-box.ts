/** The box of a field drawn around what is occupied (TensoRF's `shrink`): from then on its voxels divide a smaller part of space. */
import { InputError } from '../base/errors.ts';
import type { Config } from '../config/schema.ts';
import type { Box } from '../geometry/box.ts';
import { voxelCount } from '../geometry/grid.ts';
import { occupiedBox } from '../lattice/content-box.ts';
import { maxStepsPerRay } from '../lattice/lattice.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { gridFloats } from '../model/tensor-shape.ts';
import { spaceFacts } from '../spaces/index.ts';
import { fineSpec, regionOf } from './stage-spec.ts';

/** Parts of the way back to the old box that are tried. */
const PARTS = 16;

/**
 * The field's spec after `scalings`, in the box of what is occupied. Of another shape than the old box, the full grid there might have longer rays or
 * more points than the engine was made for; then the box is wider, as little as that takes.
 */
export function shrunkSpec(config: Config, spec: FieldSpec, occupancy: Uint8Array, scalings: number): FieldSpec {
  const region = regionOf(spec);
  const whole = fineSpec(config, region, config.fine.scaleAt.length);
  const tight = occupiedBox(spec.grid, occupancy);
  for (let part = 0; part < PARTS; part++) {
    const box = between(tight, region.box, part / PARTS);
    const last = fineSpec(config, { ...region, box }, config.fine.scaleAt.length);
    if ([voxelsOf, gridFloats, maxStepsPerRay].every((size) => size(last) <= size(whole)))
      return fineSpec(config, { ...region, box }, scalings);
  }
  return fineSpec(config, region, scalings);
}

function voxelsOf({ grid }: FieldSpec): number {
  return voxelCount(grid);
}

function between(a: Box, b: Box, share: number): Box {
  const corner = (which: 'min' | 'max'): [number, number, number] => {
    const at = (axis: number): number => a[which][axis] + share * (b[which][axis] - a[which][axis]);
    return [at(0), at(1), at(2)];
  };
  return { min: corner('min'), max: corner('max') };
}

/** @throws InputError where nothing can be shrunk */
export function checkShrinking({ fine }: Config, { space }: FieldSpec): void {
  if (fine.shrinkAt.length === 0 || spaceFacts(space).boxed) return;
  throw new InputError(
    `fine.shrinkAt=${JSON.stringify(fine.shrinkAt)} has no meaning for ${spaceFacts(space).sceneName}: it fills all of its space`,
    'Use --set fine.shrinkAt=[].',
  );
}
