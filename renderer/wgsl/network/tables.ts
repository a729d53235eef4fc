/**
 * The network's numbers in one buffer, so that kernels need one binding for them: weights, the transpose of w2 for the backward pass, decays, the
 * neurons' parameters, the weights of the potentials. Made anew in every call (90 kB for 128 neurons).
 */
import type { KernelText } from '../kernel.ts';
import { constantsWgsl, type NetworkShape } from './shape.ts';

export const TABLE_GROUPS = 64;

/** @param training whether there are weights of the potentials */
export function tablesKernel(shape: NetworkShape, training: boolean): KernelText {
  const { tables, columns } = shape;
  return {
    name: 'network tables',
    buffers: {
      weights: 'read array<f32>',
      neuronValues: 'read array<f32>',
      ...(training ? { potentialWeights: 'read array<f32>' as const } : {}),
      networkTables: 'write array<f32>',
    },
    code: `${constantsWgsl(shape)}
fn value(i: u32) -> f32 {
  if (i < ${tables.w2t}u) { return weights[i]; }
  if (i < ${tables.w3}u) {
    let at = i - ${tables.w2t}u;
    return weights[${tables.w2}u + (at % W) * ${columns[1]}u + at / W];
  }
  if (i < ${tables.values}u) { return weights[i - ${tables.w3 - tables.w2t}u]; }
  if (i < ${tables.potentialWeights}u) { return neuronValues[i - ${tables.values}u]; }
  return ${training ? `potentialWeights[i - ${tables.potentialWeights}u]` : '0.0'};
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var i = id.x; i < ${shape.tableFloats}u; i += ${64 * TABLE_GROUPS}u) { networkTables[i] = value(i); }
}
`,
  };
}
