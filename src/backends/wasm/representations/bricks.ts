/**
 * Dense grids in bricks (model/representations/bricks.ts), laid out as dense.ts but for the order of the points, which is that of their rows, and a first
 * brick that stands for all which do not exist.
 *
 *     brickTable [places]  row of the brick's first point       brickAt [bricks]  x + 2^10 y + 2^20 z of a brick
 *     brickLayers [z + 1]  first brick of each layer along z; layers are what threads share out
 */
import { BackendError } from '../../../base/errors.ts';
import { BRICK_POINTS, bricksAlong, type BrickTable } from '../../../lattice/bricks.ts';
import { brickTable, EMPTY_DENSITY, moreRoom, type BricksSpec } from '../../../model/representations/bricks.ts';
import { DENSITY, FEATURES } from '../../../model/representations/dense.ts';
import type { GridSizes, PlacedField, RegionPlace, WasmRepresentation } from './representation.ts';

/** Coordinates of points are packed into 10 bits each (assembly/bricks.ts). */
const MOST_POINTS = 1024;

/** Bricks that there is room for, the first included. */
function roomFor({ fieldFloats, channels }: GridSizes): number {
  return Math.floor(fieldFloats / (BRICK_POINTS * (1 + channels))) + 1;
}

function tableOf({ representation, grid }: PlacedField): BrickTable {
  return brickTable(representation as BricksSpec, grid);
}

export const bricks: WasmRepresentation = {
  regions: (sizes) => {
    const points = roomFor(sizes) * BRICK_POINTS;
    const { voxels, featureStride } = sizes;
    return {
      parameters: [
        ['density', points * 4],
        ['features', points * featureStride * 4],
        // Two points along an axis make a brick at least, and so do four in a layer.
        ['brickTable', Math.ceil(voxels / 8) * 4],
        ['brickAt', roomFor(sizes) * 4],
        ['brickLayers', Math.ceil(voxels / 8) * 4 + 8],
      ],
      training: [
        ['densityMoments', points * 8],
        ['featureMoments', points * featureStride * 8],
        ['slotOf', points * 4],
        ['touchedBits', points / 8],
        ['slotGradients', points * (featureStride + 4) * 4],
      ],
    };
  },
  extras: () => ({ productRows: 0, basisFloats: 0 }),
  state: (_sizes, { grid: { size } }) => {
    const [bricksX, bricksY, bricksZ] = bricksAlong(size);
    return { bricksX, bricksY, bricksZ };
  },
  needs: (sizes, { representation, grid }) => [
    ['bricks', (representation as BricksSpec).count, roomFor(sizes) - 1, moreRoom(representation as BricksSpec, grid)],
  ],
  check: ({ grid: { size } }) => {
    if (Math.max(...size) <= MOST_POINTS) return;
    throw new BackendError(
      `With field.kind=bricks the wasm backend has up to ${MOST_POINTS} points along an axis; this grid has ${size.join('x')}.`,
      'Use --set field.kind=dense, or fewer voxels (--set fine.voxels=...).',
    );
  },
  place: ({ channels, featureStride }, { representation }, parameter, moment) => {
    const rows = (representation as BricksSpec).count * BRICK_POINTS;
    const second = moment === 'v' ? 1 : 0;
    if (parameter === DENSITY) {
      return moment === null
        ? { region: 'density', rows, columns: 1, offset: BRICK_POINTS, stride: 1 }
        : { region: 'densityMoments', rows, columns: 1, offset: 2 * BRICK_POINTS + second, stride: 2 };
    }
    if (parameter !== FEATURES) return null;
    const first = BRICK_POINTS * featureStride;
    return moment === null
      ? { region: 'features', rows, columns: channels, offset: first, stride: featureStride }
      : { region: 'featureMoments', rows, columns: channels, offset: 2 * first + second * featureStride, stride: 2 * featureStride };
  },
  cleared: (sizes, { representation }) => {
    const points = ((representation as BricksSpec).count + 1) * BRICK_POINTS;
    return floatsOfPoint(sizes).map(([name, floats]) => [name, points * floats] as const);
  },
  rearrange: (sizes, from, to, memory, offsets) => {
    const { numbers } = tableOf(from);
    const before = Array.from(tableOf(to).places, (place) => numbers[place]);
    const floats = new Float32Array(memory);
    for (const [name, ofPoint] of floatsOfPoint(sizes).filter(([name]) => name in offsets)) {
      const block = BRICK_POINTS * ofPoint;
      const at = (brick: number): number => offsets[name] / 4 + (brick + 1) * block;
      const isZero = (from: number): boolean => {
        for (let i = from; i < from + block; i++) if (floats[i] !== 0) return false;
        return true;
      };
      // Zeros are not written over zeros: moments of what no ray has met are pages that take no memory.
      const clear = (to: number): unknown => isZero(to) || floats.fill(0, to, to + block);
      const move = (brick: number): unknown => {
        const from = at(before[brick]);
        return isZero(from) ? clear(at(brick)) : floats.copyWithin(at(brick), from, from + block);
      };
      // Both have the bricks in the same order: those that go down meet none that goes up, and none that is still to go.
      for (let brick = 0; brick < before.length; brick++) if (before[brick] > brick) move(brick);
      for (let brick = before.length - 1; brick >= 0; brick--) if (before[brick] >= 0 && before[brick] < brick) move(brick);
      before.forEach((old, brick) => old < 0 && clear(at(brick)));
    }
  },
  writeTables: (_sizes, field, memory, offsets) => {
    const { along, numbers, places } = tableOf(field);
    const [bx, by, bz] = along;
    const words = (name: string, count: number): Uint32Array => new Uint32Array(memory, offsets[name], count);
    const first = words('brickTable', numbers.length);
    numbers.forEach((brick, place) => (first[place] = (brick + 1) * BRICK_POINTS));
    const at = words('brickAt', places.length + 1);
    const layers = words('brickLayers', bz + 1).fill(places.length + 1);
    for (let brick = places.length - 1; brick >= 0; brick--) {
      const place = places[brick];
      const z = Math.floor(place / (bx * by));
      at[brick + 1] = (place % bx) + 2 ** 10 * (Math.floor(place / bx) % by) + 2 ** 20 * z;
      layers[z] = brick + 1;
    }
    for (let z = bz - 1; z >= 0; z--) layers[z] = Math.min(layers[z], layers[z + 1]);
    new Float32Array(memory, offsets['density'], BRICK_POINTS).fill(EMPTY_DENSITY);
  },
  kernels: {
    march: 'marchBrickLanes',
    render: 'renderBrickBlocks',
    train: 'trainBrickLanes',
    inputRange: 'inputRangeBrickLanes',
    scatter: 'scatterBricks',
    scatterVaried: 'scatterBricksVaried',
    apply: 'applyBricks',
    update: 'updateBricks',
    changed: null,
    gradients: { name: 'writeBrickGradients', into: ['densityMoments', 'featureMoments'] },
  },
  gradientPlace,
};

function floatsOfPoint({ featureStride }: GridSizes): readonly (readonly [name: string, floats: number])[] {
  return [
    ['density', 1],
    ['features', featureStride],
    ['densityMoments', 2],
    ['featureMoments', 2 * featureStride],
  ];
}

function gradientPlace({ channels, featureStride }: GridSizes, { representation }: PlacedField, parameter: string): RegionPlace {
  const rows = (representation as BricksSpec).count * BRICK_POINTS;
  return parameter === DENSITY
    ? { region: 'densityMoments', rows, columns: 1, offset: BRICK_POINTS, stride: 1 }
    : { region: 'featureMoments', rows, columns: channels, offset: BRICK_POINTS * featureStride, stride: featureStride };
}
