/**
 * d loss / d features = d loss / d I1 w1^T, summed over the rows of a sample; with the Poisson encoding times d spike / d x (straight through: 1 / (hi
 * - lo) where lo <= x <= hi), and nothing for a feature beyond the levels of its spikes. An invocation takes a sample: 12 W multiply-adds, 4 W bytes a row in, 48 a sample out.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';

/** Dispatch: rows, an invocation each; with repeats the first so many of them have a sample. */
export function featureGradientsKernel(shape: NetworkShape): KernelText {
  const { poisson, width, repeats, tables } = shape;
  const spikes = shape.inputLevels.features > 0;
  return {
    name: 'network feature gradients',
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      outputGradients: 'read array<vec4<f32>>',
      ...(poisson ? { sampleFeatures: 'read array<vec4<f32>>' as const, inputRange: 'read array<f32>' as const } : {}),
      ...(spikes ? { passedFeatures: 'read array<u32>' as const } : {}),
      featureGradients0: 'write array<vec4<f32>>',
      featureGradients1: 'write array<vec4<f32>>',
      featureGradients2: 'write array<vec4<f32>>',
    },
    code: `${constantsWgsl(shape)}${poisson ? slopeWgsl : ''}${spikes ? passedWgsl : ''}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let firstRow = id.x * ${repeats}u;
  if (firstRow >= rows[0].x) { return; }
  let sample = rows[FIRST_ROW + firstRow].x;
  if (sample == GAP) { return; }
  var sums = array<vec4<f32>, 3>();
  for (var i = 0u; i < rows[3].x / 4u; i++) {
    var gradient = vec4<f32>(0.0);
    for (var t = 0u; t < ${repeats}u * rows[3].y; t++) { gradient += outputGradients[(firstRow + t) * ${width / 4}u + i]; }
    for (var k = 0u; k < 3u; k++) {
      let w = ${tables.w1 / 4}u + 4u * k * ${width / 4}u + i;
      sums[k] += vec4<f32>(${[0, 1, 2, 3].map((c) => `dot(networkTables[w + ${(c * width) / 4}u], gradient)`).join(', ')});
    }
  }
  let to = rows[1].y + sample;
${[0, 1, 2].map((plane) => `  featureGradients${plane}[to] = sums[${plane}]${poisson ? ` * slope(sampleFeatures[3u * sample + ${plane}u])` : spikes ? ` * passed(passedFeatures[sample] >> ${4 * plane}u)` : ''};`).join('\n')}
}
`,
  };
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
