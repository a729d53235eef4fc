/**
 * Adam, on the voxels that a step touched (grid-gradients.ts) and on the network. It goes through the voxels as they lie in the grid: neighbours share
 * lines and pages.
 *
 * Limit: memory latency; a touched voxel costs a line of features and two of moments.
 */
import {
  beta1, beta2, columns1, columns2, decayFloats, decays1, decays1t, decays2, decays2t, density, densityMoments, densityRate, epsilon, featureInputs,
  featureMoments, featureRate, features, featureRows, featureStride, gradientFloats, hasRate, inputRows, lanes, networkFloats, networkGradients,
  networkMoments, networkRate, rate, synapses1, synapses2, thread, threads, w1, w1t, w2t, w3t, width,
} from './state';
import { Bricks, Dense } from './representation';
import { madd } from './simd';
import { firstTouched, nextTouched } from './touched';
import { collect, slotOfVoxel } from './grid-gradients';

/** Four scalars of Adam; those with zero gradient keep value and moments if `skipZeros`. */
// @ts-ignore: decorator
@inline
export function adam(parameter: usize, m: usize, v: usize, g: v128, step: v128, skipZeros: bool): void {
  const oldM = v128.load(m), oldV = v128.load(v), old = v128.load(parameter);
  const newM = madd(f32x4.splat(beta1), oldM, f32x4.mul(f32x4.splat(1 - beta1), g));
  const newV = madd(f32x4.splat(beta2), oldV, f32x4.mul(f32x4.splat(1 - beta2), f32x4.mul(g, g)));
  const change = f32x4.div(f32x4.mul(step, newM), f32x4.add(f32x4.sqrt(newV), f32x4.splat(epsilon)));
  const value = f32x4.sub(old, change);
  if (skipZeros) {
    const touched = f32x4.ne(g, f32x4.splat(0));
    v128.store(m, v128.bitselect(newM, oldM, touched));
    v128.store(v, v128.bitselect(newV, oldV, touched));
    v128.store(parameter, v128.bitselect(value, old, touched));
  } else {
    v128.store(m, newM);
    v128.store(v, newV);
    v128.store(parameter, value);
  }
}

// @ts-ignore: decorator
@inline
function adamDensity(voxel: i32, g: f32, step: f32): void {
  if (g == 0) return;
  const moments = densityMoments + (<usize>voxel << 3), parameter = density + (<usize>voxel << 2);
  const m = beta1 * load<f32>(moments) + (1 - beta1) * g;
  const v = beta2 * load<f32>(moments, 4) + (1 - beta2) * (g * g);
  store<f32>(moments, m);
  store<f32>(moments, v, 4);
  store<f32>(parameter, load<f32>(parameter) - (step * m) / (sqrt(v) + epsilon));
}

/** Adam on the touched voxels of this thread's slabs. */
function updateTouched<R>(): void {
  const stride = <usize>featureStride << 2;
  for (let voxel = firstTouched<R>(); voxel >= 0; voxel = nextTouched<R>()) {
    const at = slotOfVoxel(voxel);
    const factor: f32 = hasRate ? load<f32>(rate + (<usize>voxel << 2)) : 1;
    adamDensity(voxel, load<f32>(at + stride), densityRate * factor);
    const parameter = features + <usize>voxel * stride, moments = featureMoments + <usize>voxel * (stride << 1);
    const step = f32x4.splat(featureRate * factor);
    for (let j: usize = 0; j < stride; j += 16) {
      const g = v128.load(at + j);
      if (v128.any_true(f32x4.ne(g, f32x4.splat(0)))) adam(parameter + j, moments + j, moments + stride + j, g, step, true);
    }
  }
}

/** Thread t's share of some floats, a multiple of 4. */
export function firstFloat(t: i32, floats: i32): i32 {
  return <i32>((<i64>(floats >> 2) * t) / threads) << 2;
}

/** Adds up the lanes' weight gradients into lane 0's. The same shares as in updateNetwork, so that it may follow at once; the rest is thread 0's. */
export function reduceNetwork(): void {
  reduceFloats(<usize>firstFloat(thread, networkFloats) << 2, <usize>firstFloat(thread + 1, networkFloats) << 2);
  if (thread == 0) reduceFloats(<usize>networkFloats << 2, <usize>gradientFloats << 2);
}

function reduceFloats(start: usize, end: usize): void {
  const laneBytes = <usize>gradientFloats << 2;
  for (let j = start; j < end; j += 16) {
    let sum = f32x4.splat(0);
    for (let lane = 0; lane < lanes; lane++) sum = f32x4.add(sum, v128.load(networkGradients + <usize>lane * laneBytes + j));
    v128.store(networkGradients + j, sum);
  }
}

/** Adam on this thread's share of the network. w1, w2, w3 and the decays, which stay in [0, 1], lie one behind the other. */
export function updateNetwork(): void {
  const end = <usize>firstFloat(thread + 1, networkFloats) << 2, all = <usize>networkFloats << 2;
  const step = f32x4.splat(networkRate);
  const firstDecay = decays1 - w1, endDecay = firstDecay + (<usize>decayFloats << 2);
  for (let j = <usize>firstFloat(thread, networkFloats) << 2; j < end; j += 16) {
    adam(w1 + j, networkMoments + j, networkMoments + all + j, v128.load(networkGradients + j), step, false);
    if (j >= firstDecay && j < endDecay) v128.store(w1 + j, f32x4.min(f32x4.max(v128.load(w1 + j), f32x4.splat(0)), f32x4.splat(1)));
  }
}

/** Scatter and Adam in one kernel. */
export function updateStep(): void {
  collect<Dense>();
  applyGradients();
}

export function updateBricks(): void {
  collect<Bricks>();
  applyBricks();
}

/** Adam with the gradients that were collected. */
export function applyGradients(): void {
  updateTouched<Dense>();
  reduceNetwork();
  updateNetwork();
}

export function applyBricks(): void {
  updateTouched<Bricks>();
  reduceNetwork();
  updateNetwork();
}

/** Rewrites the transposed weights; one thread, after the network has changed. */
export function transposeWeights(): void {
  const w2 = w1 + ((<usize>inputRows * <usize>columns1) << 2);
  const w3 = w2 + ((<usize>width * <usize>columns2) << 2);
  // The part of layer 1 that leads to features: view terms learn nothing.
  transpose(w1, w1t, featureInputs, columns1, featureRows);
  transpose(w2, w2t, width, columns2, width);
  transpose(w3, w3t, width, 4, width);
  if (synapses1) transpose(decays1, decays1t, featureInputs, width, featureRows);
  if (synapses2) transpose(decays2, decays2t, width, width, width);
}

/** [rows, columns] to [columns, stride]. */
export function transpose(from: usize, to: usize, rows: i32, columns: i32, stride: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) store<f32>(to + (<usize>(j * stride + i) << 2), load<f32>(from + (<usize>(i * columns + j) << 2)));
  }
}
