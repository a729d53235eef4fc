/**
 * The voxels that a training step touches: a bit each, a slab's in whole words of its own, so that the threads that own slabs (z mod threads) write
 * no word in common. Slabs are planes of the grid, or layers of bricks, a word a brick. Half a megabyte for 160^3: the set stays in the second cache.
 */
import { BRICK_POINTS } from './bricks';
import { hasBricks } from './representation';
import { brickLayers, bricksZ, nx, ny, nz, thread, threads, touchedBits } from './state';

/** Where the walk over this thread's slabs is: slab, address of the word and the end of the slab's, bits that are left, voxel of the first bit. */
let slab: i32 = 0;
let wordAt: usize = 0;
let wordEnd: usize = 0;
let word: u64 = 0;
let wordVoxel: i32 = 0;

// @ts-ignore: decorator
@inline
export function slabs<R>(): i32 {
  return hasBricks<R>() ? bricksZ : nz;
}

/** The first brick of a layer. */
// @ts-ignore: decorator
@inline
export function firstBrick(z: i32): i32 {
  return load<i32>(brickLayers + (<usize>z << 2));
}

/** Where the bits of slab z begin, and those of the one before end. */
// @ts-ignore: decorator
@inline
export function slabBits<R>(z: i32): usize {
  return touchedBits + (<usize>(hasBricks<R>() ? firstBrick(z) : z * ((nx * ny + 63) >> 6)) << 3);
}

/** Forgets all voxels of this thread's slabs. */
export function clearTouched<R>(): void {
  for (let z = thread; z < slabs<R>(); z += threads) memory.fill(slabBits<R>(z), 0, slabBits<R>(z + 1) - slabBits<R>(z));
}

/** Marks voxel i of those whose bits are given; returns whether that is new. */
// @ts-ignore: decorator
@inline
export function touch(bits: usize, i: i32): bool {
  const at = bits + (<usize>i >> 3), byte = <u32>load<u8>(at), bit: u32 = 1 << (i & 7);
  if (byte & bit) return false;
  store<u8>(at, <u8>(byte | bit));
  return true;
}

// @ts-ignore: decorator
@inline
function beginSlab<R>(z: i32): void {
  slab = z;
  wordAt = slabBits<R>(z) - 8;
  wordEnd = slabBits<R>(z + 1);
  wordVoxel = (hasBricks<R>() ? firstBrick(z) * BRICK_POINTS : nx * ny * z) - 64;
}

/** The first touched voxel of this thread's slabs, in the order of the grid; -1: there is none. */
export function firstTouched<R>(): i32 {
  if (thread >= slabs<R>()) return -1;
  beginSlab<R>(thread);
  word = 0;
  return nextTouched<R>();
}

/** The touched voxel behind the last one; -1: there is none. */
// @ts-ignore: decorator
@inline
export function nextTouched<R>(): i32 {
  while (!word) {
    wordAt += 8;
    wordVoxel += 64;
    while (wordAt >= wordEnd) {
      if (slab + threads >= slabs<R>()) return -1;
      beginSlab<R>(slab + threads);
      wordAt += 8;
      wordVoxel += 64;
    }
    word = load<u64>(wordAt);
  }
  const voxel = wordVoxel + <i32>ctz(word);
  word &= word - 1;
  return voxel;
}
