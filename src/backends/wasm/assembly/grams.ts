/**
 * Gram matrices of the potentials of a ray's samples beside the teacher's (MPFD; docs/model.md, section 4). With u = H / sqrt(|H|^2 + 1e-12), and v so of Z,
 *
 *     error = sum_{i,k} w_i w_k (u_i u_k - v_i v_k)^2
 *     d error / d u_i = g = 4 sum_k w_i w_k (u_i u_k - v_i v_k) u_k        d error / d H_i = (g - u_i (u_i g)) / sqrt(|H_i|^2 + 1e-12)
 *
 * A sample that is shown repeatedly is compared step by step. Cost: two products of rows for every pair of rows, in both orders. Compared with tfjs in
 * test/conformance.
 */
import { repeats, teacherGramScale, width } from './state';
import { rowTotal } from './chunk';
import { drive, gramRow, inverseLengths, networkSamples, real, rowRay, rowSample, teacherInverseLengths, teacherRow } from './scratch';
import { alphaOf, transmittanceOf } from './packed-sample';
import { madd, zeroFloats } from './simd';
import { count, TEACHER_GRAM_ERROR } from './stats';

const LEAST_SQUARE: f32 = 1e-12;

/** Adds to the drive of the rows. @param teacher [samples or rows, width] Z */
export function driveGrams(potentials: usize, teacher: usize, block: usize): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rowTotal; row++) {
    const h = potentials + <usize>row * bytes, at = <usize>row << 2;
    const z = teacher + teacherRow(row) * bytes;
    if (!load<u8>(real + <usize>row)) continue;
    store<f32>(inverseLengths + at, 1 / sqrt(product(h, h) + LEAST_SQUARE));
    store<f32>(teacherInverseLengths + at, 1 / sqrt(product(z, z) + LEAST_SQUARE));
  }
  let error: f64 = 0;
  for (let first = 0; first < rowTotal; ) {
    const ray = load<i32>(rowRay + (<usize>first << 2));
    let end = first + 1;
    while (end < rowTotal && load<i32>(rowRay + (<usize>end << 2)) == ray) end++;
    for (let row = first; row < end; row++) if (load<u8>(real + <usize>row)) error += driveRow(row, first, end, potentials, teacher);
    first = end;
  }
  count(block, TEACHER_GRAM_ERROR, error);
}

/** A row's part of the error, beside all rows from `first` to `end`. */
function driveRow(row: i32, first: i32, end: i32, potentials: usize, teacher: usize): f64 {
  const bytes = <usize>width << 2, step = max(repeats, 1);
  const sample = load<i32>(rowSample + (<usize>row << 2));
  const h = potentials + <usize>row * bytes, z = teacher + teacherRow(row) * bytes;
  const length = load<f32>(inverseLengths + (<usize>row << 2)), teacherLength = load<f32>(teacherInverseLengths + (<usize>row << 2));
  const weight = weightOf(sample);
  let error: f64 = 0;
  zeroFloats(gramRow, width);
  for (let other = first + (row - first) % step; other < end; other += step) {
    if (!load<u8>(real + <usize>other)) continue;
    const otherSample = load<i32>(rowSample + (<usize>other << 2));
    const k = potentials + <usize>other * bytes;
    const otherLength = load<f32>(inverseLengths + (<usize>other << 2));
    const theirs = product(z, teacher + teacherRow(other) * bytes) * teacherLength * load<f32>(teacherInverseLengths + (<usize>other << 2));
    const difference = product(h, k) * length * otherLength - theirs;
    const both = weight * weightOf(otherSample);
    error += <f64>(both * difference * difference);
    const factor = f32x4.splat(4 * teacherGramScale * both * difference * otherLength);
    for (let j: usize = 0; j < bytes; j += 16) v128.store(gramRow + j, madd(factor, v128.load(k + j), v128.load(gramRow + j)));
  }
  const along = f32x4.splat(-product(gramRow, h) * length * length), scale = f32x4.splat(length);
  const out = drive + <usize>row * bytes;
  for (let j: usize = 0; j < bytes; j += 16)
    v128.store(out + j, madd(scale, madd(along, v128.load(h + j), v128.load(gramRow + j)), v128.load(out + j)));
  return error;
}

function weightOf(sample: i32): f32 {
  const sampled = <usize>load<u32>(networkSamples + (<usize>sample << 2));
  return transmittanceOf(sampled) * alphaOf(sampled);
}

function product(a: usize, b: usize): f32 {
  const bytes = <usize>width << 2;
  let sum = f32x4.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) sum = madd(v128.load(a + j), v128.load(b + j), sum);
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
}
