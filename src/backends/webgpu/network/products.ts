/**
 * The two large products of the backward pass.
 *
 *     d loss / d S1 = d loss / d I2 w2^T                         [rows, W] x [W, W]; of decaying sums [rows, parts W] x [parts W, W]
 *     d loss / d w2 = sum over rows  S1^T  d loss / d I2         [W, rows] x [rows, W]: the rows are divided among up to 128 shares
 *
 * A workgroup makes a block of 64 x 64; an invocation has 8 x 4 of it in registers: rows 4 y … 4 y + 3 and as many 32 further on. Steps of the sum come in
 * chunks of 16, both factors through the workgroup's memory, one half of the invocations reads each: 32 multiply-adds for three vectors read there, and
 * each number is read from outside once a block. The outputs S1 are computed again from their potentials. Both are dense: the surrogate lets every neuron
 * through. Per row W W multiply-adds each. Partial sums of w2 are added in a fixed order (weight-gradients.ts). Compared with tfjs in
 * test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { gradientValue, keptValues } from '../../../../renderer/wgsl/network/forward.ts';
import { constantsWgsl, tableWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';

/** Rows and columns of a block, steps of the sum in memory at a time. */
const BLOCK = 64;
const CHUNK = 16;
const QUADS = BLOCK / 4;
const WORKGROUP = 128;
const COMPONENTS = ['x', 'y', 'z', 'w'];
const FOUR = [0, 1, 2, 3];
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];

/** Blocks along one side of w2. */
export function blocksOf({ width }: NetworkShape): number {
  return Math.ceil(width / BLOCK);
}

/** Memory of a block's factors, [steps, quads of rows or columns]. */
const blockWgsl = `
var<workgroup> left: array<vec4<f32>, ${(CHUNK * BLOCK) / 4}>;
var<workgroup> right: array<vec4<f32>, ${(CHUNK * BLOCK) / 4}>;
`;

const placeWgsl = `  let y = t / 16u;
  let x = t % 16u;
  // Of a chunk: four rows or columns of the factor that the invocation reads, and a quarter of the steps.
  let isLeft = t < 64u;
  let quad = t % 16u;
  let part = (t / 16u) % 4u;
${EIGHT.map((m) => `  var sum${m} = vec4<f32>(0.0);`).join('\n')}`;

const multiplyChunk = `    workgroupBarrier();
    for (var k = 0u; k < ${CHUNK}u * rows[3].y; k++) {
      let a0 = left[k * ${QUADS}u + y];
      let a1 = left[k * ${QUADS}u + y + ${QUADS / 2}u];
      let b = right[k * ${QUADS}u + x];
${EIGHT.map((m) => `      sum${m} += a${m >> 2}.${COMPONENTS[m & 3]} * b;`).join('\n')}
    }
    workgroupBarrier();`;

/** Row `m` of an invocation's eight, within the block. */
function rowOf(m: number): string {
  return `4u * y + ${(m >> 2) * (BLOCK / 2) + (m & 3)}u`;
}

/** Dispatch: blocks of 64 rows in x, of 64 neurons in y. */
export function outputGradientsKernel(shape: NetworkShape): KernelText {
  const vectors = shape.width / 4;
  const values = keptValues(shape);
  const stride = shape.columns[0] / 4;
  return {
    name: 'network gradients of S1',
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      potentials: 'read array<vec4<f32>>',
      outputGradients: 'write array<vec4<f32>>',
    },
    code: `${constantsWgsl(shape)}${blockWgsl}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
${placeWgsl}
  let firstRow = ${BLOCK}u * group.x;
  let firstColumn = ${QUADS}u * group.y;
  let lastRow = rows[0].x - 1u;
${FOUR.map((m) => `  let at${m} = min(firstRow + 4u * quad + ${m}u, lastRow) * ${2 * values * vectors}u + ${(values + gradientValue(shape)) * vectors}u + part;`).join('\n')}
  let column = min(firstColumn + quad, ${vectors - 1}u);
  for (var first = 0u; first < ${shape.columns[1]}u; first += ${CHUNK}u) {
    if (isLeft) {
${FOUR.map((m) => `      let g${m} = potentials[at${m} + first / 4u];`).join('\n')}
${FOUR.map((c) => `      left[(4u * part + ${c}u) * ${QUADS}u + quad] = vec4<f32>(${FOUR.map((m) => `g${m}.${COMPONENTS[c]}`).join(', ')});`).join('\n')}
    } else {
      for (var n = 0u; n < 4u; n++) {
        right[(4u * n + part) * ${QUADS}u + quad] = networkTables[${shape.tables.w2t / 4}u + (first + 4u * n + part) * ${vectors}u + column];
      }
    }
${multiplyChunk}
  }
  if (firstColumn + x >= ${vectors}u) { return; }
${EIGHT.map((m) => `  if (firstRow + ${rowOf(m)} <= lastRow) { outputGradients[(firstRow + ${rowOf(m)}) * ${stride}u + firstColumn + x] = sum${m}; }`).join('\n')}
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
    code: `${constantsWgsl(shape)}${tableWgsl(shape, 'scalars')}${blockWgsl}
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
${placeWgsl}
  let summed = group.x / ${blocks * blocks}u;
  let firstRow = ((group.x / ${blocks}u) % ${blocks}u) * ${QUADS}u;
  let firstColumn = (group.x % ${blocks}u) * ${QUADS}u;
  let neurons = min(firstRow + quad, ${vectors - 1}u);
  let column = min(firstColumn + quad, ${vectors - 1}u);
${FOUR.map((c) => `  let neuron${c} = neuronAt(0u, 4u * neurons + ${c}u, 1.0);`).join('\n')}
  let begin = group.y * rowsOfShare(rows[0].x);
  let end = min(rows[0].x, begin + rowsOfShare(rows[0].x));
  for (var first = begin; first < end; first += ${CHUNK}u) {
    for (var n = 0u; n < 4u; n++) {
      let k = first + 4u * n + part;
      let to = (4u * n + part) * ${QUADS}u + quad;
      if (isLeft) {
        var outputs = vec4<f32>(0.0);
        if (k < end) {
          let h = potentials[k * ${2 * values * vectors}u + neurons];
          outputs = vec4<f32>(${FOUR.map((c) => `neuronOutput(neuron${c}, h.${COMPONENTS[c]})`).join(', ')});
${shape.drops ? `          outputs *= keptNeurons[(rows[FIRST_ROW + k].y >> 1u) * ${2 * vectors}u + neurons];` : ''}
        }
        left[to] = outputs;
      } else {
        var gradients = vec4<f32>(0.0);
        if (k < end) { gradients = potentials[k * ${2 * values * vectors}u + (${values + gradientValue(shape)}u + summed) * ${vectors}u + column]; }
        right[to] = gradients;
      }
    }
${multiplyChunk}
  }
  if (firstColumn + x >= ${vectors}u) { return; }
  // What no part before has written is not there yet.
  let isNew = group.y >= rows[2].y;
  let to = (group.y * W + 4u * firstRow) * ${stride}u + summed * ${vectors}u + firstColumn + x;
  // A loop and not eight lines: software adapters take long to compile a store.
  var sums = array<vec4<f32>, 8>(${EIGHT.map((m) => `sum${m}`).join(', ')});
  for (var m = 0u; m < 8u * rows[3].y; m++) {
    let row = 4u * y + (m / 4u) * ${BLOCK / 2}u + m % 4u;
    if (4u * firstRow + row < W) {
      let at = to + row * ${stride}u;
      partialW2[at] = sums[m] + select(partialW2[at], vec4<f32>(0.0), isNew);
    }
  }
}
`,
  };
}
