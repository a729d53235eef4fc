/**
 * Ray marching (docs/model.md, sections 1 and 9) in two kernels with one thread a ray.
 *
 * `marchCount` walks a ray from the box's near side to its end: slab test, leaps over empty space, trilinear density, alpha, transmittance.
 * It writes how many density and network samples the ray has and which steps they are, a bit a step. `marchWrite` visits those steps only,
 * so that both agree on every sample however their compilers round.
 *
 * Leaps are exact: at a grid point whose nearest occupied neighbour is d points away (Chebyshev), steps that move every coordinate by at
 * most d - 1 end at empty points.
 *
 * Bits lie word by word, the rays of a word side by side, so that neighbouring threads write neighbouring words.
 */
import type { BufferUse, KernelText } from './kernel.ts';
import type { PointAddresses } from './points.ts';
import { preciseMathWgsl } from './precise-math.ts';
import { rayStepsWgsl } from './ray-steps.ts';
import { countAllWgsl, countWgsl } from './stats.ts';
import { gridStruct, stepStruct } from './uniforms.ts';
import { workWgsl } from './work.ts';

const WORKGROUP = 64;
/** Rays that a workgroup of `marchCount` marches. */
export const MARCH_RAYS = WORKGROUP;

/** The density between grid points, as the march evaluates it. */
export interface DensityField {
  readonly buffers: Readonly<Record<string, BufferUse>>;
  readonly tables: readonly string[];
  /** Defines `densityAt(corner: vec3<i32>, f: vec3<f32>) -> f32` at a base voxel and fractions of the grid `grid`. */
  readonly wgsl: string;
}

/** Trilinear between the points of the buffer `density`. */
export function gridDensity({ tables, wgsl }: PointAddresses): DensityField {
  return {
    buffers: { density: 'read array<f32>' },
    tables,
    wgsl: /* wgsl */ `${wgsl}
fn densityAt(corner: vec3<i32>, f: vec3<f32>) -> f32 {
  let at = cornersAt(vec3<u32>(corner));
  let a0 = mix2(density[at.low.x], density[at.low.y], f.x);
  let a1 = mix2(density[at.low.z], density[at.low.w], f.x);
  let b0 = mix2(density[at.high.x], density[at.high.y], f.x);
  let b1 = mix2(density[at.high.z], density[at.high.w], f.x);
  return mix2(mix2(a0, a1, f.y), mix2(b0, b1, f.y), f.z);
}

fn mix2(a: f32, b: f32, t: f32) -> f32 {
  return a + (b - a) * t;
}
`,
  };
}

const samplingWgsl = (density: DensityField): string => /* wgsl */ `
const MIN_TRANSMITTANCE = 1e-3;
const NO_SAMPLE = 0xffffffffu;

/** Base voxel and fractions of a place in the grid, and the density there. */
struct Place {
  base: i32,
  fraction: vec3<f32>,
  density: f32,
}

fn placeAt(g: vec3<f32>) -> Place {
  let corner = min(vec3<i32>(g), vec3<i32>(grid.nx - 2, grid.ny - 2, grid.nz - 2));
  let f = g - vec3<f32>(corner);
  return Place(corner.x + grid.nx * (corner.y + grid.ny * corner.z), f, densityAt(corner, f));
}
${density.wgsl}
/** alpha, and d alpha / d density. */
fn alphaOf(s: f32) -> vec2<f32> {
  let e = exp(min(s + grid.densityShift, 23.02585));
  let alpha = -expm1(-grid.interval * log1p(e));
  return vec2<f32>(alpha, grid.interval * (e / (1.0 + e)) * (1.0 - alpha));
}
`;

const MARCH_COUNTS = ['densityEvaluations', 'densitySamples', 'samples', 'activeRays', 'spannedSteps'] as const;

/**
 * Work: one thread a ray of the call. Cost of a ray: 1 byte a leap, 32 bytes and two transcendental functions a density sample.
 * Compared with `renderer/march.ts` through every case of test/conformance.
 *
 * @param withRows also writes the steps from the first to the last network sample of each ray: rows of a network that runs gaps
 * @param contracted space is
 * @param subgroups the device has them
 */
export function marchCount(density: DensityField, withRows: boolean, contracted: boolean, subgroups: boolean): KernelText {
  return {
    name: withRows ? 'marchCountRows' : 'marchCount',
    buffers: {
      grid: 'uniform Grid',
      step: 'uniform Step',
      rays: 'read array<f32>',
      ...density.buffers,
      leap: 'read array<u32>',
      rayOffsets: 'write array<vec2<u32>>',
      stepBits: 'write array<vec2<u32>>',
      rayEnds: 'write array<vec2<f32>>',
      stats: 'write array<atomic<u32>>',
      ...(withRows ? { rowOffsets: 'write array<u32>' as const } : {}),
    },
    tables: density.tables,
    subgroups,
    code: /* wgsl */ `
${gridStruct.wgsl}${stepStruct.wgsl}${preciseMathWgsl}${rayStepsWgsl(contracted)}${samplingWgsl(density)}${countWgsl}${countAllWgsl(MARCH_COUNTS, subgroups)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var counts: array<u32, ${MARCH_COUNTS.length}>;
  if (id.x < step.rayCount) { counts = marchRay(id.x); }
  countAll(counts, lane);
}

/** MARCH_COUNTS of a ray. */
fn marchRay(ray: u32) -> array<u32, ${MARCH_COUNTS.length}> {
  let span = spanOf(ray);
  let leapScale = 0.9999 / max(max(abs(span.perStep.x), abs(span.perStep.y)), abs(span.perStep.z));
  var transmittance = 1.0;
  var depth = 0.0;
  var counts = vec2<u32>(0u);
  var bits = vec2<u32>(0u);
  var word = 0;
  var evaluated = 0u;
  var firstStep = 0;
  var lastStep = -1;
  var walk: Walk;
  var i = 0;
  while (i < span.steps) {
    if (!walkTo(&walk, span, i)) {
      i++;
      continue;
    }
    let nearest = vec3<i32>(walk.g + 0.5);
    let point = u32(nearest.x + grid.nx * (nearest.y + grid.ny * nearest.z));
    let empty = (leap[point / 4u] >> (8u * (point % 4u))) & 255u;
    if (empty > 0u) {
      i = leapFrom(walk, span, i, 1 + i32(f32(empty - 1u) * leapScale));
      continue;
    }
    evaluated++;
    let s = placeAt(walk.g).density;
    if (s > grid.densityThreshold) {
      let alpha = alphaOf(s).x;
      let weight = transmittance * alpha;
      for (; word < i / 32; word++) {
        stepBits[u32(word) * step.rayCount + ray] = bits;
        bits = vec2<u32>(0u);
      }
      let isSample = weight > step.weightThreshold;
      let bit = 1u << u32(i % 32);
      bits |= vec2<u32>(bit, select(0u, bit, isSample));
      counts += vec2<u32>(1u, select(0u, 1u, isSample));
      if (isSample) {
        if (counts.y == 1u) { firstStep = i; }
        lastStep = i;
      }
      depth += weight * distanceAt(span, i);
      transmittance *= 1.0 - alpha;
      if (transmittance < MIN_TRANSMITTANCE) { break; }
    }
    i++;
  }
  for (; word <= (span.steps - 1) / 32 && span.steps > 0; word++) {
    stepBits[u32(word) * step.rayCount + ray] = bits;
    bits = vec2<u32>(0u);
  }
  rayOffsets[ray] = counts;
  rayEnds[ray] = vec2<f32>(transmittance, depth + transmittance * span.exitDistance);
  let spanned = u32(lastStep - firstStep + 1);
  ${withRows ? 'rowOffsets[ray] = spanned;' : ''}
  return array<u32, ${MARCH_COUNTS.length}>(evaluated, counts.x, counts.y, select(0u, 1u, counts.y > 0u), spanned);
}
`,
  };
}

/**
 * Writes the packed samples of a part's rays (PackedSamples of renderer/march.ts). Work: one thread a ray of the part.
 *
 *     packedPlaces [D] or [P]  base voxel, bits of the three fractions
 *     sampleInfo [P]           ray, step index, row in packedPlaces, bits of the weight
 *     packedAlphas [D]         bits of alpha and of d alpha / d density, global network sample or NO_SAMPLE; the gradient's place
 *
 * @param training all density samples go into `packedPlaces`, at their place in the call, and `packedAlphas` is written; else the part's network samples
 * @param contracted space is
 */
export function marchWrite(density: DensityField, training: boolean, contracted: boolean): KernelText {
  return {
    name: training ? 'marchWriteTraining' : 'marchWriteRendering',
    buffers: {
      grid: 'uniform Grid',
      step: 'uniform Step',
      work: 'read array<u32>',
      rays: 'read array<f32>',
      ...density.buffers,
      rayOffsets: 'read array<vec2<u32>>',
      stepBits: 'read array<vec2<u32>>',
      packedPlaces: 'write array<vec4<u32>>',
      sampleInfo: 'write array<vec4<u32>>',
      ...(training ? { packedAlphas: 'write array<vec4<u32>>' as const } : {}),
    },
    tables: density.tables,
    code: /* wgsl */ `
${gridStruct.wgsl}${stepStruct.wgsl}${workWgsl}${preciseMathWgsl}${rayStepsWgsl(contracted)}${samplingWgsl(density)}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= work[WORK_PART_RAYS]) { return; }
  let ray = work[WORK_FIRST_RAY] + id.x;
  let first = rayOffsets[ray];
  let end = rayOffsets[ray + 1u];
  if (first.x == end.x) { return; }
  let span = spanOf(ray);
  var row = first.x;
  var sample = first.y - work[WORK_FIRST_SAMPLE];
  var transmittance = 1.0;
  for (var word = 0u; row < end.x; word++) {
    let bits = stepBits[word * step.rayCount + ray];
    var rest = bits.x;
    while (rest != 0u) {
      let bit = firstTrailingBit(rest);
      rest &= rest - 1u;
      let i = word * 32u + bit;
      let at = placeAt(stepAt(span, i32(i)));
      let alpha = alphaOf(at.density);
      let isSample = ((bits.y >> bit) & 1u) == 1u;
      let packed = vec4<u32>(u32(at.base), bitcast<vec3<u32>>(at.fraction));
${training ? trainingSamples : renderingSamples}
      transmittance *= 1.0 - alpha.x;
      row++;
    }
  }
}
`,
  };
}

const trainingSamples = /* wgsl */ `
      packedPlaces[row] = packed;
      packedAlphas[row] = vec4<u32>(bitcast<vec2<u32>>(alpha), select(NO_SAMPLE, work[WORK_FIRST_SAMPLE] + sample, isSample), 0u);
      if (isSample) {
        sampleInfo[sample] = vec4<u32>(ray, i, row, bitcast<u32>(transmittance * alpha.x));
        sample++;
      }`;

const renderingSamples = /* wgsl */ `
      if (isSample) {
        packedPlaces[sample] = packed;
        sampleInfo[sample] = vec4<u32>(ray, i, sample, bitcast<u32>(transmittance * alpha.x));
        sample++;
      }`;
