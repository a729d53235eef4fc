/**
 * Loss terms of the potentials H of a hidden layer (docs/model.md, section 4): their means over the real rows, and what these terms add to
 * d loss / d H, the "drive" of the backward scan.
 *
 *     drive[row, c] = coefficients[c]  +  2 teacherPotentialScale w_i (H - Z)  +  what Gram matrices add (grams.ts)          0 in gaps
 */
import { potentialTerms, teacherGramScale, teacherPotentialScale, width } from './state';
import { rowTotal } from './chunk';
import { drive, real, rowSample, networkSamples, teacherRow } from './scratch';
import { driveGrams } from './grams';
import { alphaOf, transmittanceOf } from './packed-sample';
import { madd, zeroFloats } from './simd';
import { count, TEACHER_POTENTIAL_ERROR } from './stats';

/**
 * Adds a layer's potentials to `sums` [width] and returns the drive of its rows; 0: none.
 *
 * @param coefficients [width] of the means, divided by the number of real rows
 * @param teacher [samples or rows, width] Z
 */
export function drivePotentials(potentials: usize, sums: usize, coefficients: usize, teacher: usize, block: usize): usize {
  if (!potentialTerms && teacherPotentialScale == 0 && teacherGramScale == 0) return 0;
  const bytes = <usize>width << 2;
  let error: f64 = 0;
  for (let row = 0; row < rowTotal; row++) {
    const out = drive + <usize>row * bytes;
    if (!load<u8>(real + <usize>row)) {
      zeroFloats(out, width);
      continue;
    }
    const h = potentials + <usize>row * bytes;
    if (potentialTerms) {
      memory.copy(out, coefficients, bytes);
      for (let j: usize = 0; j < bytes; j += 16) v128.store(sums + j, f32x4.add(v128.load(sums + j), v128.load(h + j)));
    } else zeroFloats(out, width);
    if (teacherPotentialScale != 0) error += towardsTeacher(out, h, teacher + teacherRow(row) * bytes, load<i32>(rowSample + (<usize>row << 2)));
  }
  count(block, TEACHER_POTENTIAL_ERROR, error);
  if (teacherGramScale != 0) driveGrams(potentials, teacher, block);
  return drive;
}

/** Adds the gradient of w (H - Z)^2 of a row; returns its sum. */
function towardsTeacher(out: usize, h: usize, z: usize, sample: i32): f64 {
  const sampled = <usize>load<u32>(networkSamples + (<usize>sample << 2));
  const bytes = <usize>width << 2;
  const weight = transmittanceOf(sampled) * alphaOf(sampled);
  const scale = f32x4.splat(2 * teacherPotentialScale * weight);
  let sum = f32x4.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    const difference = f32x4.sub(v128.load(h + j), v128.load(z + j));
    sum = madd(difference, difference, sum);
    v128.store(out + j, madd(scale, difference, v128.load(out + j)));
  }
  const total = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
  return <f64>(weight * total);
}
