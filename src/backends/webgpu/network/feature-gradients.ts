/**
 * d loss / d features of the samples, from those of their rows: the sum over the rows of a sample, times d spike / d x with the Poisson encoding
 * (straight through: 1 / (hi - lo) where lo <= x <= hi). An invocation takes a sample; 48 bytes a row in, 48 a sample out.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { workWgsl } from '../../../../renderer/wgsl/work.ts';

export function featureGradientsKernel(shape: NetworkShape): KernelText {
  const { poisson } = shape;
  const slope = (plane: number): string => (poisson ? ` * slope(sampleFeatures[3u * i + ${plane}u])` : '');
  return {
    name: 'network feature gradients',
    buffers: {
      work: 'read array<u32>',
      rowGradients: 'read array<vec4<f32>>',
      ...(poisson ? { sampleFeatures: 'read array<vec4<f32>>' as const, inputRange: 'read array<f32>' as const } : {}),
      featureGradients0: 'write array<vec4<f32>>',
      featureGradients1: 'write array<vec4<f32>>',
      featureGradients2: 'write array<vec4<f32>>',
    },
    code: `${workWgsl}${constantsWgsl(shape)}${poisson ? slopeWgsl : ''}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let firstSample = work[WORK_FIRST_SAMPLE];
  let i = id.x;
  if (i < work[WORK_PART_SAMPLES]) {
${[0, 1, 2].map((plane) => `    var sum${plane} = vec4<f32>(0.0);`).join('\n')}
    for (var t = 0u; t < REPEATS; t++) {
      let at = 3u * (i * REPEATS + t);
${[0, 1, 2].map((plane) => `      sum${plane} += rowGradients[at + ${plane}u];`).join('\n')}
    }
${[0, 1, 2].map((plane) => `    featureGradients${plane}[firstSample + i] = sum${plane}${slope(plane)};`).join('\n')}
  }
}
`,
  };
}

const slopeWgsl = /* wgsl */ `
fn slope(x: vec4<f32>) -> vec4<f32> {
  let low = inputRange[0];
  let high = inputRange[1];
  if (high <= low) { return vec4<f32>(0.0); }
  return select(vec4<f32>(0.0), vec4<f32>(1.0 / (high - low)), (x >= vec4<f32>(low)) & (x <= vec4<f32>(high)));
}
`;
