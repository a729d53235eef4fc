/**
 * Points in bricks (src/lattice/bricks.ts): where they lie among the numbers of those that exist. Row 64 b + i is point i of brick b; the rows of brick 0
 * stand for all points that do not exist: they are read and never written.
 *
 * Cost of a cell: a word of the table a corner, or one where the cell lies within a brick (27 of 64 do). The table of 160^3 points is 256 KB.
 */
import { brickTable, bricksX, bricksY } from './state';

export const BRICK_POINTS: i32 = 64;

/** Rows below it do not exist. */
export const FIRST_ROW: i32 = BRICK_POINTS;

// @ts-ignore: decorator
@inline
export function rowAt(x: i32, y: i32, z: i32): i32 {
  return brickRow(x, y, z) + rowWithin(x, y, z);
}

/** Row of the first point of the brick that a point lies in. */
// @ts-ignore: decorator
@inline
function brickRow(x: i32, y: i32, z: i32): i32 {
  return load<i32>(brickTable + (<usize>((x >> 2) + bricksX * ((y >> 2) + bricksY * (z >> 2))) << 2));
}

// @ts-ignore: decorator
@inline
function rowWithin(x: i32, y: i32, z: i32): i32 {
  return (x & 3) | ((y & 3) << 2) | ((z & 3) << 4);
}

/** Coordinates of a point in a word, as packed samples of bricks have them in the place of the base voxel. */
// @ts-ignore: decorator
@inline
export function packPoint(x: i32, y: i32, z: i32): i32 {
  return x | (y << 10) | (z << 20);
}

/** The rows of a cell's corners: bit 0 of the number is x, bit 1 y, bit 2 z. */
export let row0: i32 = 0;
export let row1: i32 = 0;
export let row2: i32 = 0;
export let row3: i32 = 0;
export let row4: i32 = 0;
export let row5: i32 = 0;
export let row6: i32 = 0;
export let row7: i32 = 0;

/** Sets the rows of the cell between a point and its successors. */
// @ts-ignore: decorator
@inline
export function locateCell(x: i32, y: i32, z: i32): void {
  if ((x & 3) != 3 && (y & 3) != 3 && (z & 3) != 3) {
    row0 = rowAt(x, y, z);
    row1 = row0 + 1;
    row2 = row0 + 4;
    row3 = row0 + 5;
    row4 = row0 + 16;
    row5 = row0 + 17;
    row6 = row0 + 20;
    row7 = row0 + 21;
    return;
  }
  locatePlane(x, y, z + 1);
  row4 = row0;
  row5 = row1;
  row6 = row2;
  row7 = row3;
  locatePlane(x, y, z);
}

/** Sets rows 0 to 3. */
// @ts-ignore: decorator
@inline
export function locatePlane(x: i32, y: i32, z: i32): void {
  row0 = rowAt(x, y, z);
  row1 = rowAt(x + 1, y, z);
  row2 = rowAt(x, y + 1, z);
  row3 = rowAt(x + 1, y + 1, z);
}
