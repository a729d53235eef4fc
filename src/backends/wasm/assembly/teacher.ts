/**
 * The teacher of a distillation at the samples of a chunk (docs/model.md, section 4): features of its own grid, then dense ReLU layers, the view
 * part of the first once a ray; or a network of the student's neurons, whose forward pass it is with other weights. Cost: that of a forward pass.
 */
import {
  directions, exchangeNetworks, featureFrequencies, featureInputs, featureRows, featureStride, innerSteps, metricSteps, origins, teacherFeatures, teacherMaxX, teacherMaxY, teacherMaxZ, teacherMinX, teacherMinY, teacherMinZ,
  teacherNx, teacherNy, teacherNz, teacherW1, teacherW2, teacherW3, viewRows, width,
} from './state';
import { contract, placeX, placeY, placeZ } from './contraction';
import { chunkRay, endSampleOf, firstSampleOf, rayIndexOf, rayTotal, sampleTotal } from './chunk';
import {
  exchangeActivity, gradient1, networkSamples, rawTeacherInputs, teacherColours, teacherInit, teacherInputs, teacherPotentials1, teacherPotentials2, teacherStats, teacherViewCurrents, realViews, zeros,
} from './scratch';
import { encodeFeatures } from './feature-encoding';
import { interpolate } from './gather';
import { multiply } from './matrix';
import { forwardNetwork } from './network';
import { distanceOf } from './packed-sample';
import { sigmoid4 } from './simd';

/** Of spikes: writes teacherColours, and teacherPotentials1 and 2 of every row. Before the student's forwardNetwork, which takes the place of what else it leaves. */
export function askSpikingTeacher(): void {
  if (sampleTotal == 0) return;
  gatherInputs();
  exchangeNetworks();
  exchangeActivity();
  forwardNetwork(teacherStats);
  exchangeActivity();
  exchangeNetworks();
}

function gatherInputs(): void {
  for (let index = 0; index < rayTotal; index++) gatherRay(index);
  if (featureFrequencies) encodeFeatures(rawTeacherInputs, teacherInputs);
}

/** Of ReLUs: writes teacherColours, teacherPotentials1 and 2 of every sample; the gradients' place serves as scratch. After forwardNetwork, which encodes the view terms. */
export function askTeacher(): void {
  if (sampleTotal == 0) return;
  gatherInputs();
  for (let sample = sampleTotal; sample & 3; sample++) store<u32>(teacherInit + (<usize>sample << 2), <u32>zeros);
  multiply(teacherViewCurrents, realViews, teacherW1 + ((<usize>featureInputs * <usize>width) << 2), rayTotal, viewRows, width, 0);
  multiply(teacherPotentials1, teacherInputs, teacherW1, sampleTotal, featureRows, width, teacherInit);
  rectify(gradient1, teacherPotentials1);
  multiply(teacherPotentials2, gradient1, teacherW2, sampleTotal, width, width, 0);
  rectify(gradient1, teacherPotentials2);
  multiply(teacherColours, gradient1, teacherW3, sampleTotal, width, 4, 0);
  const end = teacherColours + (<usize>sampleTotal << 4);
  for (let at = teacherColours; at < end; at += 16) v128.store(at, sigmoid4(v128.load(at)));
}

/** Features of a ray's samples at origin + direction * distance. */
function gatherRay(index: i32): void {
  const c = chunkRay(index);
  const at = <usize>rayIndexOf(c) * 12;
  const ox = load<f32>(origins + at), oy = load<f32>(origins + at, 4), oz = load<f32>(origins + at, 8);
  const dx = load<f32>(directions + at), dy = load<f32>(directions + at, 4), dz = load<f32>(directions + at, 8);
  const inverse: f32 = metricSteps ? 1 / sqrt(dx * dx + dy * dy + dz * dz) : 1;
  const stride = <usize>featureStride << 2;
  const row = <usize>teacherNx * stride, plane = <usize>(teacherNx * teacherNy) * stride;
  const current = teacherViewCurrents + <usize>index * (<usize>width << 2);
  for (let sample = firstSampleOf(c); sample < endSampleOf(c); sample++) {
    const t = distanceOf(<usize>load<u32>(networkSamples + (<usize>sample << 2))) * inverse;
    let px = ox + dx * t, py = oy + dy * t, pz = oz + dz * t;
    if (innerSteps) {
      contract(px, py, pz);
      px = placeX;
      py = placeY;
      pz = placeZ;
    }
    const gx = coordinate(px, teacherMinX, teacherMaxX, teacherNx);
    const gy = coordinate(py, teacherMinY, teacherMaxY, teacherNy);
    const gz = coordinate(pz, teacherMinZ, teacherMaxZ, teacherNz);
    const x = min(<i32>gx, teacherNx - 2), y = min(<i32>gy, teacherNy - 2), z = min(<i32>gz, teacherNz - 2);
    const base = teacherFeatures + <usize>(x + teacherNx * (y + teacherNy * z)) * stride;
    interpolate(base, stride, row, plane, gx - <f32>x, gy - <f32>y, gz - <f32>z, rawTeacherInputs + <usize>sample * stride);
    store<u32>(teacherInit + (<usize>sample << 2), <u32>current);
  }
}

/** Grid coordinate of a position, inside the grid. */
// @ts-ignore: decorator
@inline
function coordinate(p: f32, low: f32, high: f32, points: i32): f32 {
  const last = <f32>(points - 1);
  return min(max((p - low) * (last / (high - low)), 0), last);
}

function rectify(out: usize, values: usize): void {
  const end = (<usize>sampleTotal * <usize>width) << 2;
  for (let j: usize = 0; j < end; j += 16) v128.store(out + j, f32x4.max(v128.load(values + j), f32x4.splat(0)));
}
