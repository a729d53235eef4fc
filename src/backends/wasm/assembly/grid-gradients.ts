/**
 * Gradients of the grids: scatter, and total variation. Thread t owns the grid planes z (of bricks: layers of them) with z mod threads = t and adds up
 * their gradients in the order of the samples: no atomics, and the same bits for any number of threads. Touched voxels are a sparse set (touched.ts)
 * with a slot each, in the order in which samples come to them, so that gradients stay compact in the cache; slotOf[voxel] holds where the voxel is
 * touched. Dense total variation touches every voxel.
 *
 * A slot's gradient: featureStride floats, then the density's, then three zeros.
 * Limit: memory latency.
 */
import {
  brickAt, bricksZ, denseVariation, density, densityVariation, featureGradients, features, featureStride, featureVariation, laneCapacity, lanes, nx,
  ny, nz, packedRays, packedSamples, slotCapacity, slotGradients, slotOf, thread, threads, touchedBits,
} from './state';
import { BRICK_POINTS, FIRST_ROW, locatePlane, row0, row1, row2, row3, rowAt } from './bricks';
import { baseOf, baseZOf, densityGradientOf, networkIndexOf, SAMPLE_BYTES } from './packed-sample';
import { firstRayOf } from './train';
import { Bricks, Dense, hasBricks } from './representation';
import { copyVectors, madd } from './simd';
import { clearTouched, firstBrick, firstTouched, nextTouched, slabBits, slabs, touch } from './touched';

/** Where the next slot of this thread lies. */
let freeSlot: usize = 0;

/** Gradient of voxel `i` of a plane that begins with voxel `first`, whose bits are at `bits`. */
// @ts-ignore: decorator
@inline
function slotAt(first: i32, i: i32, bits: usize, bytes: usize): usize {
  const entry = slotOf + (<usize>(first + i) << 2);
  return touch(bits, i) ? newSlot(entry, bytes) : <usize>load<u32>(entry);
}

// @ts-ignore: decorator
@inline
function newSlot(entry: usize, bytes: usize): usize {
  const at = freeSlot;
  store<u32>(entry, <u32>at);
  for (let j: usize = 0; j < bytes; j += 16) v128.store(at + j, f32x4.splat(0));
  freeSlot = at + bytes;
  return at;
}

/** Gradient of a row that exists. */
// @ts-ignore: decorator
@inline
function slotOfRow(row: i32, bytes: usize): usize {
  return slotAt(0, row, touchedBits, bytes);
}

// @ts-ignore: decorator
@inline
export function slotOfVoxel(voxel: i32): usize {
  return <usize>load<u32>(slotOf + (<usize>voxel << 2));
}

// @ts-ignore: decorator
@inline
function addCorner(at: usize, weight: f32, source: usize, densityGradient: f32, stride: usize): void {
  store<f32>(at + stride, load<f32>(at + stride) + weight * densityGradient);
  if (source) {
    const w = f32x4.splat(weight);
    for (let j: usize = 0; j < stride; j += 16) v128.store(at + j, madd(w, v128.load(source + j), v128.load(at + j)));
  }
}

/** @param z plane that takes part of the sample at r */
function scatterPlane(r: usize, z: i32, planeWeight: f32, source: usize, stride: usize): void {
  const bytes = stride + 16;
  const plane = nx * ny, first = plane * z, bits = slabBits<Dense>(z), i = baseOf(r) - plane * baseZOf(r);
  const fx = load<f32>(r, 4), fy = load<f32>(r, 8), g = densityGradientOf(r);
  const w0: f32 = (1 - fy) * planeWeight, w1: f32 = fy * planeWeight;
  addCorner(slotAt(first, i, bits, bytes), (1 - fx) * w0, source, g, stride);
  addCorner(slotAt(first, i + 1, bits, bytes), fx * w0, source, g, stride);
  addCorner(slotAt(first, i + nx, bits, bytes), (1 - fx) * w1, source, g, stride);
  addCorner(slotAt(first, i + nx + 1, bits, bytes), fx * w1, source, g, stride);
}

/** As scatterPlane, of points in bricks. */
function scatterRows(r: usize, z: i32, planeWeight: f32, source: usize, stride: usize): void {
  const base = baseOf(r), fx = load<f32>(r, 4), fy = load<f32>(r, 8), g = densityGradientOf(r);
  const w0: f32 = (1 - fy) * planeWeight, w1: f32 = fy * planeWeight;
  locatePlane(base & 1023, (base >> 10) & 1023, z);
  addRow(row0, (1 - fx) * w0, source, g, stride);
  addRow(row1, fx * w0, source, g, stride);
  addRow(row2, (1 - fx) * w1, source, g, stride);
  addRow(row3, fx * w1, source, g, stride);
}

// @ts-ignore: decorator
@inline
function addRow(row: i32, weight: f32, source: usize, densityGradient: f32, stride: usize): void {
  if (row >= FIRST_ROW) addCorner(slotOfRow(row, stride + 16), weight, source, densityGradient, stride);
}

/** Whether this thread owns plane z. */
// @ts-ignore: decorator
@inline
function owns<R>(z: i32): bool {
  return threads == 1 || (hasBricks<R>() ? z >> 2 : z) % threads == thread;
}

/** Dense total variation: all voxels of this thread's slabs count as touched. */
function touchAll<R>(stride: usize): void {
  if (hasBricks<R>()) {
    for (let z = thread; z < slabs<R>(); z += threads) {
      for (let row = firstBrick(z) * BRICK_POINTS, end = firstBrick(z + 1) * BRICK_POINTS; row < end; row++) {
        if (xOf<R>(row) < nx && yOf<R>(row) < ny && zOf<R>(row) < nz) slotOfRow(row, stride + 16);
      }
    }
    return;
  }
  const plane = nx * ny;
  for (let z = thread; z < nz; z += threads) for (let i = 0, bits = slabBits<R>(z); i < plane; i++) slotAt(plane * z, i, bits, stride + 16);
}

/** Coordinates of a voxel of the grid, or of a row. */
// @ts-ignore: decorator
@inline
function xOf<R>(voxel: i32): i32 {
  return hasBricks<R>() ? ((brickOf(voxel) & 1023) << 2) + (voxel & 3) : voxel % nx;
}
// @ts-ignore: decorator
@inline
function yOf<R>(voxel: i32): i32 {
  return hasBricks<R>() ? (((brickOf(voxel) >> 10) & 1023) << 2) + ((voxel >> 2) & 3) : (voxel / nx) % ny;
}
// @ts-ignore: decorator
@inline
function zOf<R>(voxel: i32): i32 {
  return hasBricks<R>() ? ((brickOf(voxel) >> 20) << 2) + ((voxel >> 4) & 3) : voxel / (nx * ny);
}
// @ts-ignore: decorator
@inline
function brickOf(row: i32): i32 {
  return load<i32>(brickAt + (<usize>(row >> 6) << 2));
}

export function scatter(): void {
  collect<Dense>();
}

export function scatterBricks(): void {
  collect<Bricks>();
}

/** Where the slots of this thread begin: of bricks there is one for every row that a thread owns. */
function firstSlot<R>(): usize {
  if (!hasBricks<R>()) return <usize>thread * <usize>slotCapacity;
  let bricks = 0;
  for (let z = 0; z < bricksZ; z++) if (z % threads < thread) bricks += firstBrick(z + 1) - firstBrick(z);
  return <usize>(bricks * BRICK_POINTS);
}

/** Collects the gradients of this thread's slabs. */
export function collect<R>(): void {
  const stride = <usize>featureStride << 2;
  freeSlot = slotGradients + firstSlot<R>() * (stride + 16);
  clearTouched<R>();
  if (denseVariation) touchAll<R>(stride);
  for (let lane = 0; lane < lanes; lane++) {
    const firstRay = firstRayOf(lane), endRay = firstRayOf(lane + 1);
    if (firstRay == endRay) continue;
    const laneGradients = featureGradients + <usize>lane * <usize>laneCapacity * stride;
    const end = <usize>load<u32>(packedRays + (<usize>(endRay - 1) << 4), 4);
    for (let r = packedSamples + <usize>lane * <usize>laneCapacity * SAMPLE_BYTES; r < end; r += SAMPLE_BYTES) {
      const z = baseZOf(r);
      const fz = load<f32>(r, 12);
      const lower = fz != 1 && owns<R>(z);
      const upper = fz != 0 && owns<R>(z + 1);
      if (!lower && !upper) continue;
      const network = networkIndexOf(r);
      const source = network >= 0 ? laneGradients + <usize>network * stride : 0;
      if (hasBricks<R>()) {
        if (lower) scatterRows(r, z, 1 - fz, source, stride);
        if (upper) scatterRows(r, z + 1, fz, source, stride);
      } else {
        if (lower) scatterPlane(r, z, 1 - fz, source, stride);
        if (upper) scatterPlane(r, z + 1, fz, source, stride);
      }
    }
  }
}

/** The voxel next to one, `step` further in its row, plane or column; -1: the grid ends. */
// @ts-ignore: decorator
@inline
function neighbour<R>(voxel: i32, step: i32, x: i32, y: i32, z: i32, inside: bool): i32 {
  if (!inside) return -1;
  return hasBricks<R>() ? rowAt(x, y, z) : voxel + step;
}

/** Adds clamp(p - q, -1, 1) of four scalars and those of a neighbour, `j` bytes into its features. */
// @ts-ignore: decorator
@inline
function addDifference(sum: v128, value: v128, voxel: i32, j: usize, stride: usize): v128 {
  if (voxel < 0) return sum;
  const difference = f32x4.sub(value, v128.load(features + <usize>voxel * stride + j));
  return f32x4.add(sum, f32x4.min(f32x4.max(difference, f32x4.splat(-1)), f32x4.splat(1)));
}

/** clamp(p - q, -1, 1) of the densities of a voxel and a neighbour. */
// @ts-ignore: decorator
@inline
function clamped(p: f32, voxel: i32): f32 {
  return voxel < 0 ? 0 : min(max(p - load<f32>(density + (<usize>voxel << 2)), -1), 1);
}

/** Adds total variation to the gradients of this thread's touched voxels. Reads the grids of all planes: no thread may be updating them. */
function addVariation<R>(): void {
  const stride = <usize>featureStride << 2;
  const plane = nx * ny;
  for (let voxel = firstTouched<R>(); voxel >= 0; voxel = nextTouched<R>()) {
    const at = slotOfVoxel(voxel);
    const x = xOf<R>(voxel), y = yOf<R>(voxel), z = zOf<R>(voxel);
    const left = neighbour<R>(voxel, -1, x - 1, y, z, x > 0), right = neighbour<R>(voxel, 1, x + 1, y, z, x < nx - 1);
    const front = neighbour<R>(voxel, -nx, x, y - 1, z, y > 0), back = neighbour<R>(voxel, nx, x, y + 1, z, y < ny - 1);
    const below = neighbour<R>(voxel, -plane, x, y, z - 1, z > 0), above = neighbour<R>(voxel, plane, x, y, z + 1, z < nz - 1);
    const g = load<f32>(at + stride);
    if (densityVariation != 0 && (denseVariation || g != 0)) {
      const value = load<f32>(density + (<usize>voxel << 2));
      let sum = clamped(value, left);
      sum += clamped(value, right);
      sum += clamped(value, front);
      sum += clamped(value, back);
      sum += clamped(value, below);
      sum += clamped(value, above);
      store<f32>(at + stride, g + densityVariation * sum);
    }
    if (featureVariation != 0) {
      const values = features + <usize>voxel * stride;
      for (let j: usize = 0; j < stride; j += 16) {
        const gradient = v128.load(at + j), value = v128.load(values + j);
        const touched = denseVariation ? i32x4.splat(-1) : f32x4.ne(gradient, f32x4.splat(0));
        if (!v128.any_true(touched)) continue;
        let sum = addDifference(f32x4.splat(0), value, left, j, stride);
        sum = addDifference(sum, value, right, j, stride);
        sum = addDifference(sum, value, front, j, stride);
        sum = addDifference(sum, value, back, j, stride);
        sum = addDifference(sum, value, below, j, stride);
        sum = addDifference(sum, value, above, j, stride);
        v128.store(at + j, v128.bitselect(madd(f32x4.splat(featureVariation), sum, gradient), gradient, touched));
      }
    }
  }
}

/** Scatter, then total variation. */
export function scatterVaried(): void {
  collect<Dense>();
  addVariation<Dense>();
}

export function scatterBricksVaried(): void {
  collect<Bricks>();
  addVariation<Bricks>();
}

/** Writes this thread's touched gradients into dense arrays [V] and [V, featureStride], for inspection. */
export function writeDenseGradients(denseDensity: usize, denseFeatures: usize): void {
  writeGradients<Dense>(denseDensity, denseFeatures);
}

/** Into arrays [rows] and [rows, featureStride]. */
export function writeBrickGradients(denseDensity: usize, denseFeatures: usize): void {
  writeGradients<Bricks>(denseDensity, denseFeatures);
}

function writeGradients<R>(denseDensity: usize, denseFeatures: usize): void {
  const stride = <usize>featureStride << 2;
  for (let voxel = firstTouched<R>(); voxel >= 0; voxel = nextTouched<R>()) {
    const at = slotOfVoxel(voxel);
    store<f32>(denseDensity + (<usize>voxel << 2), load<f32>(at + stride));
    copyVectors(denseFeatures + <usize>voxel * stride, at, stride);
  }
}
