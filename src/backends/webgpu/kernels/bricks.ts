/**
 * Points in bricks (src/lattice/bricks.ts): where their values lie among those of the points that exist. Address 64 b + i is point i of brick b. The
 * brick 0 stands for all that do not exist: it is read and never written.
 *
 *     brickRows [places]       address of the first point of the brick at a place; 0: it does not exist
 *     brickPlaces [1 + bricks] how many exist; then the place of each
 *
 * Behind the bricks that exist those may follow that samples of a step lie in though they do not exist: then the samples have cells of their own there.
 *
 * Cost of a cell: a word of brickRows where it lies within a brick (27 of 64 do), else eight.
 */
import { planeType, type PlaneChannels } from '../../../../renderer/wgsl/feature-planes.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { cornersWgsl, type PointAddresses } from '../../../../renderer/wgsl/points.ts';
import { tableWgsl } from '../../../../renderer/wgsl/tables.ts';
import { dispatchOf, linearWgsl } from '../../../../renderer/wgsl/work.ts';
import { BRICK_POINTS, BRICK_SIDE } from '../../../lattice/bricks.ts';

/** Of the uniform `grid`. */
export const brickPoints: PointAddresses = {
  tables: ['brickRows', 'brickPlaces'],
  wgsl: /* wgsl */ `${tableWgsl}${cornersWgsl}
const SIDE = ${BRICK_SIDE}u;
const POINTS = ${BRICK_POINTS}u;

/** What lies at an index where x has so many values, then y. */
fn unravelled(index: u32, nx: u32, ny: u32) -> vec3<u32> {
  return vec3<u32>(index % nx, (index / nx) % ny, index / (nx * ny));
}

fn bricksAlong() -> vec2<u32> {
  return (vec2<u32>(u32(grid.nx), u32(grid.ny)) + (SIDE - 1u)) / SIDE;
}

fn addressOf(point: vec3<u32>) -> u32 {
  let along = bricksAlong();
  let brick = point / SIDE;
  let within = point % SIDE;
  let first = tableWord(brickRows, brick.x + along.x * (brick.y + along.y * brick.z));
  return first + within.x + SIDE * (within.y + SIDE * within.z);
}

fn pointAt(base: u32) -> vec3<u32> {
  return unravelled(base, u32(grid.nx), u32(grid.ny));
}

fn baseAddress(base: u32) -> u32 {
  return addressOf(pointAt(base));
}

fn cornersOf(base: u32) -> Corners {
  return cornersAt(pointAt(base));
}

fn cornersAt(point: vec3<u32>) -> Corners {
  if (all(point % SIDE < vec3<u32>(SIDE - 1u))) {
    let first = addressOf(point);
    let low = vec4<u32>(first, first + 1u, first + SIDE, first + SIDE + 1u);
    return Corners(low, low + SIDE * SIDE);
  }
  return Corners(fourAt(point), fourAt(point + vec3<u32>(0u, 0u, 1u)));
}

fn fourAt(p: vec3<u32>) -> vec4<u32> {
  return vec4<u32>(
    addressOf(p),
    addressOf(p + vec3<u32>(1u, 0u, 0u)),
    addressOf(p + vec3<u32>(0u, 1u, 0u)),
    addressOf(p + vec3<u32>(1u, 1u, 0u)),
  );
}

fn pointOf(address: u32) -> vec3<u32> {
  let along = bricksAlong();
  let place = tableWord(brickPlaces, address / POINTS);
  return SIDE * unravelled(place, along.x, along.y) + unravelled(address % POINTS, SIDE, SIDE);
}

fn addresses() -> vec2<u32> {
  return vec2<u32>(POINTS, POINTS * (1u + tableWord(brickPlaces, 0u)));
}

/** Not of a brick that exists, or beyond the lattice. */
fn isNoPoint(address: u32) -> bool {
  return address >= addresses().y || any(pointOf(address) >= vec3<u32>(u32(grid.nx), u32(grid.ny), u32(grid.nz)));
}
`,
  unchanging: '  if (isNoPoint(voxel)) { return; }\n',
};

const WORKGROUP = 64;
/** In `bricksBefore`: the brick is new. */
export const NEW_BRICK = 0xffffffff;

export function rearrangeDispatch(points: number): [x: number, y: number] {
  return dispatchOf(points, WORKGROUP);
}

/**
 * Points move where their bricks are from now on, out of a copy of the same buffer; those of new bricks are 0. Binds `moved`, `copied` [points], and
 * `bricksBefore` [bricks], the numbers that bricks had. One thread a point.
 */
export function rearrangeBricks(channels: PlaneChannels): KernelText {
  const type = planeType(channels);
  return {
    name: `rearrange${channels}`,
    buffers: { bricksBefore: 'read array<u32>', copied: `read array<${type}>`, moved: `write array<${type}>` },
    code: /* wgsl */ `
${linearWgsl(WORKGROUP)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = linearIndex(id, groups);
  if (row / ${BRICK_POINTS}u >= arrayLength(&bricksBefore)) { return; }
  let before = bricksBefore[row / ${BRICK_POINTS}u];
  var value = ${type}(0.0);
  if (before != ${NEW_BRICK}u) { value = copied[before * ${BRICK_POINTS}u + row % ${BRICK_POINTS}u]; }
  moved[row] = value;
}
`,
  };
}
