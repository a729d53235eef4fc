/**
 * One training step in phases, each a kernel that all threads call. Rays are divided into a fixed number of lanes, taken by whichever thread is
 * free; every sum is kept a lane and added up in the order of the lanes, so the result does not depend on the number of threads.
 *
 *     marchLanes -> [inputRangeLanes] -> trainLanes -> grid-gradients.ts, update.ts
 */
import {
  activityFloats, activitySums, featureFrequencies, featureGradients, featureStride, inputs, laneCapacity, lanes, gradientFloats, networkGradients, potentialSums, potentialTerms,
  rayCount, teacherSpikes, packedRays, packedSamples, stats, teacherColourScale, teacherGramScale, teacherPotentialScale, width, workCounter,
} from './state';
import { SAMPLE_BYTES } from './packed-sample';
import { exitDistance, lastTransmittance, marchRay, raySamples } from './march';
import { addRay, chunkHasRoom, clearChunk, completeFeatures, inputValue, rowsOf, sampleTotal } from './chunk';
import { placeScratch, rawFeatureGradients, networkSamples, views } from './scratch';
import { addActivity, backwardNetwork, clearSums, completeSums, forwardNetwork } from './network';
import { lossAndGradients } from './composite';
import { decodeFeatureGradients } from './feature-encoding';
import { addBasisGradients } from './factor-gradients';
import { networkIndexOf } from './packed-sample';
import { Bricks, Dense, Factors, hasFactors } from './representation';
import { askSpikingTeacher, askTeacher } from './teacher';
import { zeroFloats } from './simd';
import { INPUT_HIGH, INPUT_LOW, STATS_BYTES } from './stats';

// @ts-ignore: decorator
@inline
export function firstRayOf(lane: i32): i32 {
  return <i32>((<i64>rayCount * lane) / lanes);
}

function nextLane(): i32 {
  return atomic.add<i32>(workCounter, 1);
}

export function marchLanes(): void {
  march<Dense>();
}

export function marchBrickLanes(): void {
  march<Bricks>();
}

export function marchFactorLanes(): void {
  march<Factors>();
}

/** Packs the density samples of every ray. A ray's entry in packedRays: first and end of its packed samples, T_last, exit distance. */
function march<R>(): void {
  for (let lane = nextLane(); lane < lanes; lane = nextLane()) {
    const block = stats + <usize>lane * STATS_BYTES;
    memory.fill(block, 0, STATS_BYTES);
    let out = packedSamples + <usize>lane * <usize>laneCapacity * SAMPLE_BYTES;
    let samples = 0;
    const end = firstRayOf(lane + 1);
    for (let ray = firstRayOf(lane); ray < end; ray++) {
      const entry = packedRays + (<usize>ray << 4);
      store<u32>(entry, <u32>out);
      out = marchRay<R>(ray, out, samples, block);
      samples += raySamples;
      store<u32>(entry, <u32>out, 4);
      store<f32>(entry, lastTransmittance, 8);
      store<f32>(entry, exitDistance, 12);
    }
  }
}

/** Adds rays from `ray` on to an empty chunk until it is full; returns the next ray. */
function fillChunk<R>(ray: i32, end: i32): i32 {
  clearChunk();
  while (ray < end) {
    const entry = packedRays + (<usize>ray << 4);
    const first = <usize>load<u32>(entry), last = <usize>load<u32>(entry, 4);
    if (!chunkHasRoom(rowsOf(first, last))) break;
    addRay<R>(ray, first, last, load<f32>(entry, 8), load<f32>(entry, 12));
    ray++;
  }
  completeFeatures<R>();
  return ray;
}

export function inputRangeLanes(): void {
  inputRange<Dense>();
}

export function inputRangeBrickLanes(): void {
  inputRange<Bricks>();
}

export function inputRangeFactorLanes(): void {
  inputRange<Factors>();
}

/** Least and greatest network input of each lane, for the Poisson encoding. */
function inputRange<R>(): void {
  placeScratch();
  for (let lane = nextLane(); lane < lanes; lane = nextLane()) {
    let low: f32 = Infinity, high: f32 = -Infinity;
    const end = firstRayOf(lane + 1);
    for (let ray = firstRayOf(lane); ray < end; ) {
      clearChunk();
      const entry = packedRays + (<usize>ray << 4);
      addRay<R>(ray, <usize>load<u32>(entry), <usize>load<u32>(entry, 4), 1, 0);
      completeFeatures<R>();
      for (let sample = 0; sample < sampleTotal; sample++) {
        for (let c = 0; c < inputs; c++) {
          const value = inputValue(sample, views, c);
          low = min(low, value);
          high = max(high, value);
        }
      }
      ray++;
    }
    const block = stats + <usize>lane * STATS_BYTES;
    store<f64>(block + (INPUT_LOW << 3), low);
    store<f64>(block + (INPUT_HIGH << 3), high);
  }
}

export function trainLanes(): void {
  train<Dense>();
}

export function trainBrickLanes(): void {
  train<Bricks>();
}

export function trainFactorLanes(): void {
  train<Factors>();
}

/** Network, compositing, loss and all gradients of every ray; feature gradients a sample, weight gradients a lane. */
function train<R>(): void {
  placeScratch();
  const stride = <usize>featureStride << 2;
  const taught = teacherColourScale != 0 || teacherPotentialScale != 0 || teacherGramScale != 0;
  for (let lane = nextLane(); lane < lanes; lane = nextLane()) {
    const block = stats + <usize>lane * STATS_BYTES;
    const sums = networkGradients + <usize>lane * (<usize>gradientFloats << 2);
    const gradients = featureGradients + <usize>lane * <usize>laneCapacity * stride;
    clearSums(sums, gradientFloats);
    const potentials = potentialSums + <usize>lane * (<usize>width << 3);
    if (potentialTerms) zeroFloats(potentials, 2 * width);
    const activity = activitySums + <usize>lane * (<usize>activityFloats << 2);
    zeroFloats(activity, activityFloats);
    const end = firstRayOf(lane + 1);
    for (let ray = firstRayOf(lane); ray < end; ) {
      ray = fillChunk<R>(ray, end);
      if (taught && teacherSpikes) askSpikingTeacher();
      forwardNetwork(block);
      if (taught && !teacherSpikes) askTeacher();
      lossAndGradients(block);
      backwardNetwork(sums, potentials, block);
      if (activityFloats) addActivity(activity);
      if (featureFrequencies) decodeFeatureGradients();
      if (hasFactors<R>()) addBasisGradients(sums);
      if (sampleTotal) {
        // A chunk's samples are consecutive network samples of the lane.
        const first = networkIndexOf(<usize>load<u32>(networkSamples));
        memory.copy(gradients + <usize>first * stride, rawFeatureGradients, <usize>sampleTotal * stride);
      }
    }
    completeSums(sums);
  }
}
