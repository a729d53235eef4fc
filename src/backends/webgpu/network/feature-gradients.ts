/**
 * d loss / d features = d loss / d I1 w1^T, summed over the rows of a sample; with the Poisson encoding times d spike / d x (straight through: 1 / (hi
 * - lo) where lo <= x <= hi), and nothing for a feature beyond the levels of its spikes. An invocation takes a sample: F W multiply-adds, 4 W bytes a row in, 4 F a sample out.
 */
import type { WebgpuRepresentation } from '../representations/representation.ts';
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';

/** Vectors of four features that a kernel takes where they lie in buffers of their own: those that it can bind. */
const BOUND_VECTORS = 3;

/** Features of a word of `passedFeatures`. */
export const PASSED_FEATURES = 32;

/**
 * Dispatch: rows, an invocation each; with repeats the first so many of them have a sample.
 *
 * @param layout of the gradients
 */
export function featureGradientsKernels(shape: NetworkShape, layout: WebgpuRepresentation['featureGradients']): KernelText[] {
  const all = Array.from({ length: shape.vectors }, (_, k) => k);
  if (layout === 'by sample') return [featureGradientsKernel(shape, all, (k) => `featureGradients0[${shape.vectors}u * to + ${k}u]`)];
  const groups = Array.from({ length: Math.ceil(all.length / BOUND_VECTORS) }, (_, g) =>
    all.slice(BOUND_VECTORS * g, BOUND_VECTORS * (g + 1)),
  );
  return groups.map((vectors) => featureGradientsKernel(shape, vectors, (k) => `featureGradients${k}[to]`));
}

/** @param place of the gradients of vector k of sample `to` */
function featureGradientsKernel(shape: NetworkShape, own: readonly number[], place: (k: number) => string): KernelText {
  const { poisson, columns, repeats, tables, features, vectors } = shape;
  const width = columns[0];
  const spikes = shape.inputLevels.features > 0;
  const targets = [...new Set(own.map((k) => place(k).split('[')[0]))];
  const factor = (k: number): string => {
    if (poisson) return ` * slope(sampleFeatures[${vectors}u * sample + ${k}u])`;
    const word = `passedFeatures[${passedWords(shape)}u * sample + ${Math.floor((4 * k) / PASSED_FEATURES)}u]`;
    return spikes ? ` * passed(${word} >> ${(4 * k) % PASSED_FEATURES}u)` : '';
  };
  // Behind the last feature there are view terms, whose gradients are none of the sample's.
  const mask =
    features % 4 === 0 ? '' : ` * vec4<f32>(${[0, 1, 2, 3].map((c) => (4 * (vectors - 1) + c < features ? '1.0' : '0.0')).join(', ')})`;
  return {
    name: 'network feature gradients',
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      outputGradients: 'read array<vec4<f32>>',
      ...(poisson ? { sampleFeatures: 'read array<vec4<f32>>' as const, inputRange: 'read array<f32>' as const } : {}),
      ...(spikes ? { passedFeatures: 'read array<u32>' as const } : {}),
      ...Object.fromEntries(targets.map((name) => [name, 'write array<vec4<f32>>' as const])),
    },
    code: `${constantsWgsl(shape)}${poisson ? slopeWgsl : ''}${spikes ? passedWgsl : ''}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let firstRow = id.x * ${repeats}u;
  if (firstRow >= rows[0].x) { return; }
  let sample = rows[FIRST_ROW + firstRow].x;
  if (sample == GAP) { return; }
  var sums = array<vec4<f32>, ${own.length}>();
  for (var i = 0u; i < ${width / 4}u * rows[3].y; i++) {
    var gradient = vec4<f32>(0.0);
    for (var t = 0u; t < ${repeats}u * rows[3].y; t++) { gradient += outputGradients[(firstRow + t) * ${width / 4}u + i]; }
    for (var k = 0u; k < ${own.length}u; k++) {
      let w = ${tables.w1 / 4}u + 4u * (${own[0]}u + k) * ${width / 4}u + i;
      sums[k] += vec4<f32>(${[0, 1, 2, 3].map((c) => `dot(networkTables[w + ${(c * width) / 4}u], gradient)`).join(', ')});
    }
  }
  let to = rows[1].y + sample;
${own.map((k, i) => `  ${place(k)} = sums[${i}]${factor(k)}${k === vectors - 1 ? mask : ''};`).join('\n')}
}
`,
  };
}

/** Words a sample of `passedFeatures`. */
export function passedWords({ features }: NetworkShape): number {
  return Math.ceil(features / PASSED_FEATURES);
}

/** 1 for each of four features whose bit is set. */
const passedWgsl = /* wgsl */ `
fn passed(bits: u32) -> vec4<f32> { return vec4<f32>((vec4<u32>(bits) >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u)); }
`;

const slopeWgsl = /* wgsl */ `
fn slope(x: vec4<f32>) -> vec4<f32> {
  let low = inputRange[0];
  let high = inputRange[1];
  if (high <= low) { return vec4<f32>(0.0); }
  return select(vec4<f32>(0.0), vec4<f32>(1.0 / (high - low)), (x >= vec4<f32>(low)) & (x <= vec4<f32>(high)));
}
`;
