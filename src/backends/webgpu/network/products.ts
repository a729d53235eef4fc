/**
 * The two large products of the backward pass.
 *
 *     d loss / d S1 = d loss / d I2 w2^T                         [rows, W] x [W, W]; of decaying sums [rows, parts W] x [parts W, W]
 *     d loss / d w2 = sum over rows  S1^T  d loss / d I2         [W, rows] x [rows, W]: the rows are divided among up to 128 shares
 *
 * An invocation has 4 x 4 of the result in registers and reads vectors through the cache; those beside it read the same ones. Without barriers and
 * workgroup memory the kernels stay small, which software adapters need to compile them in reasonable time. The outputs S1 are computed again from
 * their potentials. Both are dense: the surrogate lets every neuron through. Per row W W multiply-adds each; 8 bytes a 16 of them, from the cache.
 * Partial sums of w2 are added in a fixed order (weight-gradients.ts). Compared with tfjs in test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gradientValue, keptValues } from '../../../../renderer/wgsl/network/forward.ts';
import { constantsWgsl, tableWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';

/** Rows of w2, and columns, of a workgroup. */
const BLOCK = 64;
const COMPONENTS = ['x', 'y', 'z', 'w'];
const FOUR = [0, 1, 2, 3];

/** Blocks along one side of w2. */
export function blocksOf({ width }: NetworkShape): number {
  return Math.ceil(width / BLOCK);
}

/** Dispatch: blocks of 64 rows in x, of 64 neurons in y. */
export function outputGradientsKernel(shape: NetworkShape): KernelText {
  const vectors = shape.width / 4;
  const values = keptValues(shape);
  const stride = shape.columns[0] / 4;
  const rowAt = (m: number): string => `min(row + ${m}u, rows[0].x - 1u)`;
  return {
    name: 'network gradients of S1',
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      potentials: 'read array<f32>',
      outputGradients: 'write array<vec4<f32>>',
    },
    code: `${constantsWgsl(shape)}
@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let column = (id.y / 16u) * ${BLOCK / 4}u + id.x % 16u;
  let row = 4u * ((id.x / 16u) * 16u + id.y % 16u);
  if (column >= ${vectors}u || row >= rows[0].x) { return; }
${FOUR.map((m) => `  let at${m} = (${rowAt(m)} * ${2 * values}u + ${values + gradientValue(shape)}u) * W;\n  var sum${m} = vec4<f32>(0.0);`).join('\n')}
  for (var k = 0u; k < ${shape.columns[1] / shape.width}u * rows[3].x; k++) {
    let w = networkTables[${shape.tables.w2t / 4}u + k * ${vectors}u + column];
${FOUR.map((m) => `    sum${m} += potentials[at${m} + k] * w;`).join('\n')}
  }
  let count = rows[0].x - row;
  outputGradients[row * ${stride}u + column] = sum0;
${[1, 2, 3].map((m) => `  if (count > ${m}u) { outputGradients[(row + ${m}u) * ${stride}u + column] = sum${m}; }`).join('\n')}
}
`,
  };
}

/** Dispatch: parts x blocks x blocks in x, shares in y. */
export function weightGradientKernel(shape: NetworkShape): KernelText {
  const vectors = shape.width / 4;
  const values = keptValues(shape);
  const blocks = blocksOf(shape);
  const stride = shape.columns[1] / 4;
  return {
    name: 'network gradient of w2',
    buffers: {
      networkTables: 'read array<f32>',
      rows: 'read array<vec2<u32>>',
      potentials: 'read array<vec4<f32>>',
      partialW2: 'write array<vec4<f32>>',
      ...(shape.drops ? { keptNeurons: 'read array<vec4<f32>>' as const } : {}),
    },
    code: `${constantsWgsl(shape)}${tableWgsl(shape, 'scalars')}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let part = group.x / ${blocks * blocks}u;
  let row = ((group.x / ${blocks}u) % ${blocks}u) * ${BLOCK / 4}u + t / 16u;
  let column = (group.x % ${blocks}u) * ${BLOCK / 4}u + t % 16u;
  if (row >= ${vectors}u || column >= ${vectors}u) { return; }
${FOUR.map((c) => `  let neuron${c} = neuronAt(0u, 4u * row + ${c}u, 1.0);\n  var sum${c} = vec4<f32>(0.0);`).join('\n')}
  let begin = group.y * rowsOfShare(rows[0].x);
  let end = min(rows[0].x, begin + rowsOfShare(rows[0].x));
  for (var k = begin; k < end; k++) {
    let h = potentials[k * ${2 * values * vectors}u + row];
    let g = potentials[k * ${2 * values * vectors}u + (${values + gradientValue(shape)}u + part) * ${vectors}u + column];
${shape.drops ? `    let factor = keptNeurons[(rows[FIRST_ROW + k].y >> 1u) * ${2 * vectors}u + row];` : ''}
${FOUR.map((c) => `    sum${c} += neuronOutput(neuron${c}, h.${COMPONENTS[c]})${shape.drops ? ` * factor.${COMPONENTS[c]}` : ''} * g;`).join('\n')}
  }
  // What no part before has written is not there yet.
  let isNew = group.y >= rows[2].y;
  let to = (group.y * W + 4u * row) * ${stride}u + part * ${vectors}u + column;
${FOUR.map((c) => `  partialW2[to + ${c * stride}u] = sum${c} + select(partialW2[to + ${c * stride}u], vec4<f32>(0.0), isNew);`).join('\n')}
}
`,
  };
}
