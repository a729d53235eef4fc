/**
 * The gradient of every touched voxel and its Adam step in one kernel, and Adam on the weights (docs/model.md, section 5):
 *
 *     m = b1 m + (1-b1) g      v = b2 v + (1-b2) g^2      p -= rate m / (sqrt(v) + eps),  scalars with g = 0 keep all three
 *
 * A voxel adds up the samples of the eight cells around it in the order of the cells and of the samples in them (sort-samples.ts); the
 * gradient never leaves the registers, unless total variation is to be added, for which a voxel's neighbours must still be as they were: then one
 * kernel writes the gradients, and another makes the Adam step. Work: one thread a touched voxel, and plane of channels (feature-planes.ts).
 * Cost of a voxel: 8 cells of 8 bytes, 48 bytes of value and moments of a plane of four twice; of a sample: 16 bytes of place and 16 of gradient
 * for each of its eight corners and planes, mostly from the cache.
 */
import { planeType, type PlaneChannels } from '../../../../renderer/wgsl/feature-planes.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import type { PointAddresses } from '../../../../renderer/wgsl/points.ts';
import { gridStruct, stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { WORK } from '../../../../renderer/wgsl/work.ts';
import { perTouchedVoxel } from './sort-samples.ts';

/** What becomes of a voxel's gradient: an Adam step, or, with total variation added, a place in the dense array `gradient`. */
export type GradientUse = 'adam' | 'write';

const sumWgsl = (type: string, term: string): string => /* wgsl */ `
/** Sum over the samples around a voxel. */
fn gradientOf(voxel: u32) -> ${type} {
  let point = pointOf(voxel);
  var sum = ${type}(0.0);
  for (var corner = 0u; corner < 8u; corner++) {
    let side = vec3<u32>(corner & 1u, (corner >> 1u) & 1u, corner >> 2u);
    if (any(side > point)) { continue; }
    let cell = cells[addressOf(point - side)];
    for (var slot = cell.y; slot < cell.y + cell.x; slot++) {
      let sample = sortedPlaces[slot];
      let f = bitcast<vec3<f32>>(sample.xyz);
      let w = select(1.0 - f, f, side == vec3<u32>(1u));
      ${term}
    }
  }
  return sum;
}
`;

const adamWgsl = (type: string): string => /* wgsl */ `
fn update(i: u32, g: ${type}, rate: f32) {
  let touched = g != ${type}(0.0);
  let oldM = m[i];
  let oldV = v[i];
  let old = parameter[i];
  let newM = step.beta1 * oldM + (1.0 - step.beta1) * g;
  let newV = step.beta2 * oldV + (1.0 - step.beta2) * (g * g);
  m[i] = select(oldM, newM, touched);
  v[i] = select(oldV, newV, touched);
  parameter[i] = select(old, old - rate * newM / (sqrt(newV) + step.epsilon), touched);
}
`;

const variationWgsl = (type: string, scale: string): string => /* wgsl */ `
fn clampedDifference(p: ${type}, neighbour: u32) -> ${type} {
  return clamp(p - parameter[neighbour], ${type}(-1.0), ${type}(1.0));
}

/** g with total variation (docs/model.md, section 4). */
fn varied(voxel: u32, g: ${type}) -> ${type} {
  let size = vec3<u32>(u32(grid.nx), u32(grid.ny), u32(grid.nz));
  let point = pointOf(voxel);
  let p = parameter[voxel];
  var sum = ${type}(0.0);
  for (var axis = 0u; axis < 3u; axis++) {
    let next = vec3<u32>(vec3<u32>(axis) == vec3<u32>(0u, 1u, 2u));
    if (point[axis] > 0u) { sum += clampedDifference(p, addressOf(point - next)); }
    if (point[axis] + 1u < size[axis]) { sum += clampedDifference(p, addressOf(point + next)); }
  }
  let all = step.denseVariation == 1u;
  return select(g, g + step.${scale} * sum, (g != ${type}(0.0)) | ${type.replace('f32', 'bool')}(all));
}
`;

const samplesAround = {
  cells: 'read array<vec2<u32>>',
  voxelList: 'read array<u32>',
  sortedPlaces: 'read array<vec4<u32>>',
} as const;

/** The texts by which the kernels for density and for features differ. */
interface GridTexts {
  readonly name: string;
  readonly type: 'f32' | 'vec2<f32>' | 'vec4<f32>';
  /** The samples' gradients, and how a sample in `slot` adds to the sum. */
  readonly source: Readonly<Record<string, string>>;
  readonly term: string;
  /** Names among the numbers of a step. */
  readonly rate: string;
  readonly variation: string;
}

const DENSITY: GridTexts = {
  name: 'density',
  type: 'f32',
  source: { sortedGradients: 'read array<f32>' },
  term: 'sum += w.x * w.y * w.z * sortedGradients[slot];',
  rate: 'densityRate',
  variation: 'densityVariation',
};
/** @param components of a plane's channels in the vectors of four of the gradients */
const featuresOf = (channels: PlaneChannels, components: string): GridTexts => ({
  name: 'features',
  type: planeType(channels),
  source: { sampleGradients: 'read array<vec4<f32>>' },
  term: `if (sample.w != 0xffffffffu) { sum += (w.x * w.y * w.z) * sampleGradients[sample.w].${components}; }`,
  rate: 'featureRate',
  variation: 'featureVariation',
});

const uniforms = { grid: 'uniform Grid', step: 'uniform Step' } as const;

/** Points of a grid whose values learn. */
export interface LearningPoints {
  readonly addresses: PointAddresses;
  /** Whether they have learning-rate factors, in the buffer `rate`. */
  readonly rates: boolean;
}

/** What an Adam step reads and writes. */
function adamBuffers(type: string, rates: boolean): Record<string, string> {
  const array = `write array<${type}>`;
  return { ...(rates ? { rate: 'read array<f32>' } : {}), parameter: array, m: array, v: array };
}

/** An Adam step with the gradient `g`. */
function adamBody({ rate }: GridTexts, rates: boolean, g: string): string {
  return `  update(voxel, ${g}, step.${rate}${rates ? ' * rate[voxel]' : ''});\n`;
}

function voxelKernel(points: LearningPoints, texts: GridTexts, use: GradientUse): KernelText {
  const { name, type, source, term, variation } = texts;
  const { addresses, rates } = points;
  const written = { parameter: `read array<${type}>`, gradient: `write array<${type}>` };
  const target = use === 'adam' ? adamBuffers(type, rates) : written;
  const what = use === 'adam' ? adamWgsl(type) : variationWgsl(type, variation);
  const body = use === 'adam' ? adamBody(texts, rates, 'gradientOf(voxel)') : '  gradient[voxel] = varied(voxel, gradientOf(voxel));\n';
  return {
    name: `${name}-${use}`,
    buffers: { ...uniforms, ...samplesAround, ...source, ...target } as KernelText['buffers'],
    tables: addresses.tables,
    code: gridStruct.wgsl + stepStruct.wgsl + addresses.wgsl + sumWgsl(type, term) + what + perTouchedVoxel(addresses.unchanging + body),
  };
}

/** Adam with the gradients in `gradient`. */
function applyKernel({ addresses, rates }: LearningPoints, texts: GridTexts): KernelText {
  const { name, type } = texts;
  return {
    name: `${name}-apply`,
    buffers: {
      ...uniforms,
      voxelList: samplesAround.voxelList,
      gradient: `read array<${type}>`,
      ...adamBuffers(type, rates),
    } as KernelText['buffers'],
    tables: addresses.tables,
    code:
      gridStruct.wgsl +
      stepStruct.wgsl +
      addresses.wgsl +
      adamWgsl(type) +
      perTouchedVoxel(addresses.unchanging + adamBody(texts, rates, 'gradient[voxel]')),
  };
}

/** Binds `parameter`, `m`, `v` (or `gradient`) [V]. */
export function densityUpdate(points: LearningPoints, use: GradientUse): KernelText {
  return voxelKernel(points, DENSITY, use);
}

/**
 * Binds `sampleGradients` [M] vec4, and one plane's `parameter`, `m`, `v` (or `gradient`) [V].
 *
 * @param components of the plane's channels in `sampleGradients`
 */
export function featureUpdate(points: LearningPoints, use: GradientUse, channels: PlaneChannels, components: string): KernelText {
  return voxelKernel(points, featuresOf(channels, components), use);
}

/** Binds `gradient`, `parameter`, `m`, `v` [V]. */
export function applyDensity(points: LearningPoints): KernelText {
  return applyKernel(points, DENSITY);
}
export function applyFeatures(points: LearningPoints, channels: PlaneChannels): KernelText {
  return applyKernel(points, featuresOf(channels, 'xyzw'.slice(0, channels)));
}

const WORKGROUP = 64;

export function weightWorkgroups(floats: number): number {
  return Math.ceil(floats / WORKGROUP);
}

/**
 * Adam on all weights; they move even where the gradient is 0. One thread a scalar.
 *
 * @param decays how many at the end stay in [0, 1]
 */
export function weightUpdate(floats: number, decays: number): KernelText {
  return {
    name: 'weights-adam',
    buffers: {
      step: 'uniform Step',
      work: 'read array<u32>',
      networkGradients: 'read array<f32>',
      weights: 'write array<f32>',
      weightsM: 'write array<f32>',
      weightsV: 'write array<f32>',
    },
    code: /* wgsl */ `
${stepStruct.wgsl}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i >= ${floats}u || work[${WORK.valid}] == 0u) { return; }
  let g = networkGradients[i];
  let m = step.beta1 * weightsM[i] + (1.0 - step.beta1) * g;
  let v = step.beta2 * weightsV[i] + (1.0 - step.beta2) * (g * g);
  weightsM[i] = m;
  weightsV[i] = v;
  let w = weights[i] - step.networkRate * m / (sqrt(v) + step.epsilon);
  weights[i] = ${decays === 0 ? 'w' : `select(w, clamp(w, 0.0, 1.0), i >= ${floats - decays}u)`};
}
`,
  };
}
