/**
 * The voxels that a training step touches: a bit each, a plane's in whole words of its own, so that the threads that own planes (z mod threads) write
 * no word in common. Half a megabyte for 160^3: the set stays in the second cache.
 */
import { nx, ny, nz, thread, threads, touchedBits } from './state';

/** Where the walk over this thread's planes is: plane, address of the word and the end of the plane's, bits that are left, voxel of the first bit. */
let plane: i32 = 0;
let wordAt: usize = 0;
let wordEnd: usize = 0;
let word: u64 = 0;
let wordVoxel: i32 = 0;

// @ts-ignore: decorator
@inline
function planeBytes(): usize {
  return <usize>((nx * ny + 63) >> 6) << 3;
}

/** Where the bits of plane z begin. */
// @ts-ignore: decorator
@inline
export function planeBits(z: i32): usize {
  return touchedBits + <usize>z * planeBytes();
}

/** Forgets all voxels of this thread's planes. */
export function clearTouched(): void {
  for (let z = thread; z < nz; z += threads) memory.fill(planeBits(z), 0, planeBytes());
}

/** Marks voxel i of the plane whose bits are given; returns whether that is new. */
// @ts-ignore: decorator
@inline
export function touch(bits: usize, i: i32): bool {
  const at = bits + (<usize>i >> 3), byte = <u32>load<u8>(at), bit: u32 = 1 << (i & 7);
  if (byte & bit) return false;
  store<u8>(at, <u8>(byte | bit));
  return true;
}

function beginPlane(z: i32): void {
  plane = z;
  wordAt = planeBits(z);
  wordEnd = wordAt + planeBytes();
  wordVoxel = nx * ny * z;
}

/** The first touched voxel of this thread's planes, in the order of the grid; -1: there is none. */
export function firstTouched(): i32 {
  if (thread >= nz) return -1;
  beginPlane(thread);
  word = load<u64>(wordAt);
  return nextTouched();
}

/** The touched voxel behind the last one; -1: there is none. */
// @ts-ignore: decorator
@inline
export function nextTouched(): i32 {
  while (!word) {
    wordAt += 8;
    wordVoxel += 64;
    if (wordAt == wordEnd) {
      if (plane + threads >= nz) return -1;
      beginPlane(plane + threads);
    }
    word = load<u64>(wordAt);
  }
  const voxel = wordVoxel + <i32>ctz(word);
  word &= word - 1;
  return voxel;
}
