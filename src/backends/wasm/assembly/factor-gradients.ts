/**
 * The adjoint of vector-matrix factors (factors.ts), their penalties and their update.
 *
 *     dM_r = v_r dP_r,  dv_r = M_r dP_r  to the four points of the plane and the two of the line;      dP = dF B^T
 *
 * The adjoint is divided by components: a block is at most 16 of them of one pair, taken by whichever thread is free, which adds up all samples in
 * their order: no atomics, and the same bits for any number of threads.
 * Cost of a sample and component: 12 loads and 6 stores; of the basis a multiply-add a feature twice.
 */
import {
  basis, basisFloats, basisT, densityFloats, densityL1, densityRate, densityVariation, factorFloats, factorGradients, factorMomentsM,
  factorMomentsV, factors, featureGradients, featureRate, featureStride, featureVariation, laneCapacity, lanes, networkFloats, nx, ny, nz, packedRays,
  packedSamples, productRows, thread, workCounter,
  densityPlaneXY, densityPlaneXZ, densityPlaneYZ, densityLineX, densityLineY, densityLineZ, densityRankXY, densityRankXZ, densityRankYZ,
  featurePlaneXY, featurePlaneXZ, featurePlaneYZ, featureLineX, featureLineY, featureLineZ, featureRankXY, featureRankXZ, featureRankYZ,
} from './state';
import { sampleTotal } from './chunk';
import { lineValue, planeValue } from './factors';
import { addOuterProducts } from './matrix';
import { baseOf, baseZOf, densityGradientOf, networkIndexOf, SAMPLE_BYTES } from './packed-sample';
import { rawFeatureGradients, sampleProducts } from './scratch';
import { madd, splat } from './simd';
import { adam, firstFloat, reduceNetwork, transpose, updateNetwork } from './update';
import { firstRayOf } from './train';

/** Components of a block: a line of the cache. */
const BLOCK: i32 = 16;

// A place on a plane of `points` points along its faster axis and on a line: the lowest points and fractions.
let planeAt: usize = 0;
let lineAt: usize = 0;
let fa: f32 = 0;
let fb: f32 = 0;
let fc: f32 = 0;

/** Adds the gradient of the basis, which lies behind those of the weights in a lane's `sums`. */
export function addBasisGradients(sums: usize): void {
  const own = sums + (<usize>(networkFloats - basisFloats) << 2);
  addOuterProducts(own, sampleProducts, rawFeatureGradients, sampleTotal, productRows, featureStride);
}

export function transposeBasis(): void {
  transpose(basis, basisT, productRows, featureStride, productRows);
}

/** Collects the gradients of the factors, penalties included: every block of components by one thread. */
export function scatterFactors(): void {
  for (let block = nextBlock(); ; block = nextBlock()) {
    // Blocks of all pairs one after the other, the density's first.
    let left = block;
    left = tryPair(left, true, densityPlaneXY, densityLineZ, densityRankXY, 0, 0);
    if (left == DONE) continue;
    left = tryPair(left, true, densityPlaneXZ, densityLineY, densityRankXZ, 1, 0);
    if (left == DONE) continue;
    left = tryPair(left, true, densityPlaneYZ, densityLineX, densityRankYZ, 2, 0);
    if (left == DONE) continue;
    left = tryPair(left, false, featurePlaneXY, featureLineZ, featureRankXY, 0, 0);
    if (left == DONE) continue;
    left = tryPair(left, false, featurePlaneXZ, featureLineY, featureRankXZ, 1, featureRankXY);
    if (left == DONE) continue;
    left = tryPair(left, false, featurePlaneYZ, featureLineX, featureRankYZ, 2, featureRankXY + featureRankXZ);
    if (left != DONE) return;
  }
}

const DONE: i32 = -1;

function nextBlock(): i32 {
  return atomic.add<i32>(workCounter, 1);
}

/** Does block `block` of a pair if it has so many, and returns DONE; else how many blocks are left to pass over in the pairs behind it. */
function tryPair(block: i32, ofDensity: bool, plane: usize, line: usize, rank: i32, pair: i32, firstProduct: i32): i32 {
  const blocks = (rank + BLOCK - 1) / BLOCK;
  if (block >= blocks) return block - blocks;
  const first = block * BLOCK, components = min(BLOCK, rank - first);
  const offset = <usize>first << 2, bytes = <usize>components << 2;
  if (ofDensity) scatterDensity(plane + offset, line + offset, rank, pair, bytes);
  else scatterFeatures(plane + offset, line + offset, rank, pair, bytes, basisT + (<usize>(firstProduct + first) << 2));
  penalise(plane + offset, line + offset, rank, pair, bytes, ofDensity);
  return DONE;
}

/** Points along the faster and the slower axis of a pair's plane, and along its line. */
// @ts-ignore: decorator
@inline
function pointsA(pair: i32): i32 {
  return pair == 2 ? ny : nx;
}
// @ts-ignore: decorator
@inline
function pointsB(pair: i32): i32 {
  return pair == 0 ? ny : nz;
}
// @ts-ignore: decorator
@inline
function pointsC(pair: i32): i32 {
  return pair == 0 ? nz : pair == 1 ? ny : nx;
}

/** Sets planeAt, lineAt and fractions to where a packed sample is. */
// @ts-ignore: decorator
@inline
function locate(r: usize, pair: i32, point: usize): void {
  const z = baseZOf(r), inPlane = baseOf(r) - z * nx * ny, y = inPlane / nx, x = inPlane - y * nx;
  const fx = load<f32>(r, 4), fy = load<f32>(r, 8), fz = load<f32>(r, 12);
  if (pair == 0) {
    planeAt = <usize>(y * nx + x) * point;
    lineAt = <usize>z * point;
    fa = fx;
    fb = fy;
    fc = fz;
  } else if (pair == 1) {
    planeAt = <usize>(z * nx + x) * point;
    lineAt = <usize>y * point;
    fa = fx;
    fb = fz;
    fc = fy;
  } else {
    planeAt = <usize>(z * ny + y) * point;
    lineAt = <usize>x * point;
    fa = fy;
    fb = fz;
    fc = fx;
  }
}

// @ts-ignore: decorator
@inline
function accumulate(at: usize, weight: f32, value: v128): void {
  v128.store(at, madd(f32x4.splat(weight), value, v128.load(at)));
}

/** Adds the gradient `d` of four products, at p of a plane and l of a line, to the gradients of both. */
// @ts-ignore: decorator
@inline
function scatterFour(p: usize, l: usize, point: usize, row: usize, d: v128): void {
  const toGradients = factorGradients - factors;
  const onPlane = f32x4.mul(d, lineValue(l, point, fc)), onLine = f32x4.mul(d, planeValue(p, point, row, fa, fb));
  const q = p + toGradients, k = l + toGradients;
  const a0: f32 = 1 - fa, b0: f32 = 1 - fb;
  accumulate(q, a0 * b0, onPlane);
  accumulate(q + point, fa * b0, onPlane);
  accumulate(q + row, a0 * fb, onPlane);
  accumulate(q + row + point, fa * fb, onPlane);
  accumulate(k, 1 - fc, onLine);
  accumulate(k + point, fc, onLine);
}

function scatterDensity(plane: usize, line: usize, rank: i32, pair: i32, bytes: usize): void {
  const point = <usize>rank << 2, row = <usize>pointsA(pair) * point;
  for (let lane = 0; lane < lanes; lane++) {
    const end = endOfLane(lane);
    for (let r = firstOfLane(lane); r < end; r += SAMPLE_BYTES) {
      const gradient = densityGradientOf(r);
      if (gradient == 0) continue;
      locate(r, pair, point);
      const d = f32x4.splat(gradient), p = plane + planeAt, l = line + lineAt;
      for (let j: usize = 0; j < bytes; j += 16) scatterFour(p + j, l + j, point, row, d);
    }
  }
}

function scatterFeatures(plane: usize, line: usize, rank: i32, pair: i32, bytes: usize, transposed: usize): void {
  const point = <usize>rank << 2, row = <usize>pointsA(pair) * point;
  const sampleBytes = <usize>featureStride << 2, featureBytes = <usize>productRows << 2;
  for (let lane = 0; lane < lanes; lane++) {
    const end = endOfLane(lane);
    const gradients = featureGradients + <usize>lane * <usize>laneCapacity * sampleBytes;
    for (let r = firstOfLane(lane); r < end; r += SAMPLE_BYTES) {
      const network = networkIndexOf(r);
      if (network < 0) continue;
      locate(r, pair, point);
      const source = gradients + <usize>network * sampleBytes, p = plane + planeAt, l = line + lineAt;
      for (let j: usize = 0; j < bytes; j += 16) {
        let d = f32x4.splat(0);
        let t = transposed + j;
        for (let f: usize = 0; f < sampleBytes; f += 4) {
          d = madd(splat(source + f), v128.load(t), d);
          t += featureBytes;
        }
        scatterFour(p + j, l + j, point, row, d);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function firstOfLane(lane: i32): usize {
  return packedSamples + <usize>lane * <usize>laneCapacity * SAMPLE_BYTES;
}

/** 0 for a lane without rays. */
function endOfLane(lane: i32): usize {
  const firstRay = firstRayOf(lane), endRay = firstRayOf(lane + 1);
  return firstRay == endRay ? 0 : <usize>load<u32>(packedRays + (<usize>(endRay - 1) << 4), 4);
}

/** Adds total variation of the plane, and L1 of the density, to the gradients of a block. */
function penalise(plane: usize, line: usize, rank: i32, pair: i32, bytes: usize, ofDensity: bool): void {
  const variation = ofDensity ? densityVariation : featureVariation, l1: f32 = ofDensity ? densityL1 : 0;
  if (variation == 0 && l1 == 0) return;
  const point = <usize>rank << 2, na = pointsA(pair), nb = pointsB(pair), nc = pointsC(pair), row = <usize>na * point;
  const toGradients = factorGradients - factors;
  const scaleA = f32x4.splat(variation / <f32>((na - 1) * nb * rank)), scaleB = f32x4.splat(variation / <f32>(na * (nb - 1) * rank));
  const drawn = l1 / <f32>(na * nb * rank);
  for (let b = 0; b < nb; b++) {
    for (let a = 0; a < na; a++) {
      for (let j: usize = 0; j < bytes; j += 16) {
        const p = plane + <usize>(b * na + a) * point + j, value = v128.load(p);
        let g = v128.load(p + toGradients);
        if (variation != 0) {
          if (a > 0) g = madd(scaleA, f32x4.sub(value, v128.load(p - point)), g);
          if (a < na - 1) g = madd(scaleA, f32x4.sub(value, v128.load(p + point)), g);
          if (b > 0) g = madd(scaleB, f32x4.sub(value, v128.load(p - row)), g);
          if (b < nb - 1) g = madd(scaleB, f32x4.sub(value, v128.load(p + row)), g);
        }
        if (l1 != 0) g = f32x4.add(g, signed(value, drawn));
        v128.store(p + toGradients, g);
      }
    }
  }
  if (l1 == 0) return;
  for (let c = 0; c < nc; c++) {
    for (let j: usize = 0; j < bytes; j += 16) {
      const p = line + <usize>c * point + j;
      v128.store(p + toGradients, f32x4.add(v128.load(p + toGradients), signed(v128.load(p), l1 / <f32>(nc * rank))));
    }
  }
}

/** `size` with the sign of each value, 0 for 0. */
// @ts-ignore: decorator
@inline
function signed(value: v128, size: f32): v128 {
  const positive = v128.and(f32x4.gt(value, f32x4.splat(0)), f32x4.splat(size));
  return f32x4.sub(positive, v128.and(f32x4.lt(value, f32x4.splat(0)), f32x4.splat(size)));
}

/** Adam with what was collected, on a share of all factors and of the network; gradients are 0 afterwards. */
export function applyFactors(): void {
  updateShare(0, densityFloats, densityRate);
  updateShare(densityFloats, factorFloats, featureRate);
  reduceNetwork();
  updateNetwork();
}

/** Floats [first, end), multiples of 4. */
function updateShare(first: i32, end: i32, rate: f32): void {
  const step = f32x4.splat(rate);
  const last = <usize>(first + firstFloat(thread + 1, end - first)) << 2;
  for (let j = <usize>(first + firstFloat(thread, end - first)) << 2; j < last; j += 16) {
    adam(factors + j, factorMomentsM + j, factorMomentsV + j, v128.load(factorGradients + j), step, false);
    v128.store(factorGradients + j, f32x4.splat(0));
  }
}

/** Moves what was collected to `to`, laid out as the factors, for inspection. */
export function takeFactorGradients(to: usize): void {
  const last = <usize>firstFloat(thread + 1, factorFloats) << 2, first = <usize>firstFloat(thread, factorFloats) << 2;
  memory.copy(to + first, factorGradients + first, last - first);
  memory.fill(factorGradients + first, 0, last - first);
}
