/**
 * Dense grids in bricks (model/representations/bricks.ts): the buffers and kernels of dense grids, over the points that exist (kernels/bricks.ts). The
 * host refreshes and scales them, for it decides which exist (shared/host-grids.ts, brick-tables.ts).
 */
import { BRICK_POINTS } from '../../../lattice/bricks.ts';
import { moreRoom, type BricksSpec } from '../../../model/representations/bricks.ts';
import { brickPoints, rearrangeBricks, rearrangeDispatch } from '../kernels/bricks.ts';
import { grids, largestBuffer } from './grids.ts';
import { fewerVoxels, type GridSizes, type PlacedField, type Stage, type WebgpuRepresentation } from './representation.ts';

/** Behind the brick that stands for all which do not exist. */
const FIRST_ROW = BRICK_POINTS;

const shared = grids({
  addresses: brickPoints,
  rates: false,
  first: FIRST_ROW,
  count: pointsOf,
  most: ({ points }) => points - FIRST_ROW,
});

export const bricks: WebgpuRepresentation = {
  ...shared,
  points: ({ fieldFloats, channels }) => FIRST_ROW + BRICK_POINTS * Math.floor(fieldFloats / (BRICK_POINTS * (1 + channels))),
  // Two points along an axis make a brick at least.
  tables: ({ voxels, points }) => ({ brickRows: Math.ceil(voxels / 8), brickPlaces: points / BRICK_POINTS }),
  needs: (sizes, { representation, grid }) => [
    ['bricks', (representation as BricksSpec).count, brickRoom(sizes), moreRoom(representation as BricksSpec, grid)],
  ],
  smaller: (sizes, fitting) => {
    const { share } = sizes.representationSpec as BricksSpec;
    return `${fewerVoxels(sizes, fitting)} or room for fewer bricks (at most --set field.share=${fitting(1000 * share) / 1000})`;
  },
  scratch: (sizes) => ({
    ...shared.scratch(sizes),
    // Bricks are rearranged through it.
    gridGradient: { bytes: largestBuffer(sizes) },
    bricksBefore: { bytes: 4 * (sizes.points / BRICK_POINTS) },
  }),
  stages: (sizes, dispatchWidth) => ({ ...shared.stages(sizes, dispatchWidth), rearrange: rearrangeStages(sizes) }),
};

/** Bricks that there is room for. */
export function brickRoom({ points }: Pick<GridSizes, 'points'>): number {
  return points / BRICK_POINTS - 1;
}

function pointsOf({ representation }: PlacedField): number {
  return (representation as BricksSpec).count * BRICK_POINTS;
}

function rearrangeStages(sizes: GridSizes): Stage[] {
  const { points, planeFormat } = sizes;
  return shared.buffers(sizes).flatMap(({ name }) => {
    const text = rearrangeBricks(name === 'density' ? 1 : planeFormat.channels);
    const over: Stage['over'] = () => rearrangeDispatch(points);
    return ['', 'M', 'V'].map((moment) => ({ text, aliases: { moved: `${name}${moment}`, copied: 'gridGradient' }, over }));
  });
}
