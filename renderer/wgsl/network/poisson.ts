/**
 * Poisson encoding (docs/model.md, section 3): the inputs of every row as spikes, a bit each, the same as those of the other backends.
 *
 *     x' = clamp((x - lo) / (hi - lo), 0, 1)       spike = 1[u < x']
 *     u  = (hash32(seed ^ hash32(ray 0x9E3779B1 ^ hash32(64 stepIndex + t)) ^ c 0x85EBCA6B) >>> 8) / 2^24
 *
 * An invocation takes a row; 8 bytes a row are written. The range lo, hi of a training step's inputs is found first, with floats mapped to
 * integers in the same order so that atomics can compare them.
 */
import type { KernelText } from '../kernel.ts';
import { countWgsl, statIndex } from '../stats.ts';
import { stepStruct } from '../uniforms.ts';
import { workWgsl } from '../work.ts';
import { constantsWgsl, type NetworkShape } from './shape.ts';

/** The random numbers of a ray, the same as those of the other backends. */
export const noiseWgsl = `
fn hash32(value: u32) -> u32 {
  var x = value;
  x = (x ^ (x >> 16u)) * 0x21f0aaadu;
  x = (x ^ (x >> 15u)) * 0xd35a2d97u;
  return x ^ (x >> 15u);
}

fn noiseKey(seed: u32, ray: u32, word: u32) -> u32 { return seed ^ hash32((ray * 0x9e3779b1u) ^ hash32(word)); }

fn uniformNumber(key: u32, c: u32) -> f32 { return f32(hash32(key ^ (c * 0x85ebca6bu)) >> 8u) / 16777216.0; }
`;

/** `inputOf(sample, ray, c)` of a local sample. Needs `sampleFeatures` and `views`. */
function inputWgsl({ features, vectors, views }: NetworkShape): string {
  return `
fn inputOf(sample: u32, ray: u32, c: u32) -> f32 {
  if (c < ${features}u) { return sampleFeatures[${vectors}u * sample + (c >> 2u)][c & 3u]; }
  return views[ray * ${views}u + c - ${features}u];
}
`;
}

export function inputSpikesKernel(shape: NetworkShape): KernelText {
  return {
    name: 'network input spikes',
    buffers: {
      work: 'read array<u32>',
      rows: 'read array<vec2<u32>>',
      sampleInfo: 'read array<vec4<u32>>',
      sampleFeatures: 'read array<vec4<f32>>',
      views: 'read array<f32>',
      inputRange: 'read array<f32>',
      inputSpikes: 'write array<vec2<u32>>',
      stats: 'write array<atomic<u32>>',
      step: 'uniform Step',
    },
    code: `${stepStruct.wgsl}${workWgsl}${countWgsl}${constantsWgsl(shape)}const REPEATS = ${shape.repeats}u;
${inputWgsl(shape)}
${noiseWgsl}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let low = inputRange[0];
  let range = inputRange[1] - low;
  var total = 0u;
  let r = id.x;
  if (r < rows[0].x) {
    let row = rows[FIRST_ROW + r];
    let ray = row.y >> 1u;
    let stepIndex = sampleInfo[row.x].y;
    let key = noiseKey(step.noiseSeed, step.firstRay + ray, stepIndex * 64u + r % REPEATS);
    var spikes = vec2<u32>(0u);
    for (var c = 0u; c < ${shape.inputs}u; c++) {
      var chance = 0.0;
      if (range > 0.0) { chance = clamp((inputOf(row.x, ray, c) - low) / range, 0.0, 1.0); }
      if (uniformNumber(key, c) < chance) { spikes[c >> 5u] |= 1u << (c & 31u); }
    }
    inputSpikes[r] = spikes;
    total += countOneBits(spikes.x) + countOneBits(spikes.y);
  }
  count(${statIndex('inputSpikes')}u, total);
  count(${statIndex('inputBits')}u, total);
}
`,
  };
}

/** Joins the inputs of a part to the range so far, `rangeBits`. */
export function rangeKernel(shape: NetworkShape): KernelText {
  return {
    name: 'network input range',
    buffers: {
      work: 'read array<u32>',
      sampleInfo: 'read array<vec4<u32>>',
      sampleFeatures: 'read array<vec4<f32>>',
      views: 'read array<f32>',
      rangeBits: 'write array<atomic<u32>>',
    },
    code: `${workWgsl}${constantsWgsl(shape)}${inputWgsl(shape)}
fn ordered(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i < work[WORK_PART_SAMPLES]) {
    let ray = sampleInfo[i].x;
    var low = inputOf(i, ray, 0u);
    var high = low;
    for (var c = 1u; c < ${shape.inputs}u; c++) {
      let x = inputOf(i, ray, c);
      low = min(low, x);
      high = max(high, x);
    }
    atomicMin(&rangeBits[0], ordered(low));
    atomicMax(&rangeBits[1], ordered(high));
  }
}
`,
  };
}

/** One invocation: makes `rangeBits` empty, or writes what they hold to `inputRange`, if anything. */
export function rangeEndKernel(starts: boolean): KernelText {
  return {
    name: starts ? 'network input range, begin' : 'network input range, end',
    buffers: { rangeBits: 'write array<u32>', ...(starts ? {} : { inputRange: 'write array<f32>' as const }) },
    code: `
fn value(ordered: u32) -> f32 {
  return bitcast<f32>(select(~ordered, ordered & 0x7fffffffu, (ordered & 0x80000000u) != 0u));
}

@compute @workgroup_size(1)
fn main() {
  ${
    starts
      ? 'rangeBits[0] = 0xffffffffu; rangeBits[1] = 0u;'
      : 'if (rangeBits[0] <= rangeBits[1]) { inputRange[0] = value(rangeBits[0]); inputRange[1] = value(rangeBits[1]); }'
  }
}
`,
  };
}
