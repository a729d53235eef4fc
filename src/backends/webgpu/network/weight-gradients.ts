/**
 * Gradients of the weights as sums in a fixed order, so that the same step gives the same bits.
 *
 *     d loss / d w2 = sum over rows  S1^T  d loss / d I2         a product [W, rows] x [rows, W], its rows divided among up to 128 workgroups a block
 *
 * The outputs S1 are computed from their potentials again. A block is 64 x 64, 256 invocations have 4 x 4 of it in registers; 16 rows at a time
 * are in the workgroup's memory. Per row W W multiply-adds, and 8 W bytes a column of blocks.
 *
 * `sumsKernel` adds up the workgroups' sums of the backward pass in 16 groups, `collectKernel` the rest, and lays the gradients out as the
 * weights are. Compared with tfjs in test/backends/webgpu-network.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { keptValues } from '../../../../renderer/wgsl/network/forward.ts';
import { constantsWgsl, tableWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { workWgsl } from '../../../../renderer/wgsl/work.ts';
import { learnedParameters } from '../../../neurons/define-neuron.ts';
import { firstFloat, parameterPlaces } from '../../../neurons/scan-layout.ts';
import { sumSlots } from './backward.ts';

const BLOCK = 64;
const DEPTH = 16;
/** Groups of workgroups whose sums are added first. */
export const SUM_GROUPS = 16;

/** Blocks along one side of w2. */
export function blocksOf({ width }: NetworkShape): number {
  return Math.ceil(width / BLOCK);
}

/** Dispatch: blocks x blocks in x, shares in y. */
export function weightGradientKernel(shape: NetworkShape): KernelText {
  const values = 2 * keptValues(shape);
  const blocks = blocksOf(shape);
  const COMPONENTS = ['x', 'y', 'z', 'w'];
  return {
    name: 'network gradient of w2',
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      potentials: 'read array<f32>',
      partialW2: 'write array<f32>',
    },
    code: `${constantsWgsl(shape)}${tableWgsl(shape)}
const BLOCK = ${BLOCK}u;
const DEPTH = ${DEPTH}u;
var<workgroup> outputs: array<vec4<f32>, ${(BLOCK * DEPTH) / 4}>;
var<workgroup> gradients: array<vec4<f32>, ${(BLOCK * DEPTH) / 4}>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let total = rows[0].x;
  let isNew = group.y >= rows[2].y;
  let begin = group.y * rowsOfShare(total);
  let end = min(total, begin + rowsOfShare(total));
  let firstI = (group.x / ${blocks}u) * BLOCK;
  let firstJ = (group.x % ${blocks}u) * BLOCK;
  // What this invocation loads: four neurons of one row.
  let depth = t / 16u;
  let four = t % 16u;
  let i = firstI + 4u * four;
  let j = firstJ + 4u * four;
${COMPONENTS.map((_, c) => `  let neuron${c} = neuronAt(0u, min(i + ${c}u, W - 1u), 1.0);`).join('\n')}
  let tx = t % 16u;
  let ty = t / 16u;
${COMPONENTS.map((_, c) => `  var sum${c} = vec4<f32>(0.0);`).join('\n')}
  for (var at = begin; at < end; at += DEPTH) {
    var output = vec4<f32>(0.0);
    var gradient = vec4<f32>(0.0);
    let row = at + depth;
    if (row < end) {
      let base = row * ${values}u * W;
      if (i < W) {
${COMPONENTS.map((xyzw, c) => `        output.${xyzw} = neuronOutput(neuron${c}, potentials[base + i + ${c}u]);`).join('\n')}
      }
      if (j < W) {
        let at2 = base + ${keptValues(shape)}u * W + j;
        gradient = vec4<f32>(potentials[at2], potentials[at2 + 1u], potentials[at2 + 2u], potentials[at2 + 3u]);
      }
    }
    outputs[t] = output;
    gradients[t] = gradient;
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let a = outputs[k * 16u + ty];
      let b = gradients[k * 16u + tx];
${COMPONENTS.map((xyzw, c) => `      sum${c} += a.${xyzw} * b;`).join('\n')}
    }
    workgroupBarrier();
  }
  if (firstI + 4u * ty < W && firstJ + 4u * tx < W) {
    let to = (group.y * W + firstI + 4u * ty) * W + firstJ + 4u * tx;
${COMPONENTS.map((_, c) => `    for (var k = 0u; k < 4u; k++) { let e = to + ${c}u * W + k; partialW2[e] = sum${c}[k] + select(partialW2[e], 0.0, isNew); }`).join('\n')}
  }
}
`,
  };
}

/** Dispatch: slots in x, SUM_GROUPS in y. */
export function sumsKernel(shape: NetworkShape): KernelText {
  const slots = sumSlots(shape).total;
  return {
    name: 'network sums',
    buffers: { rows: 'read array<vec2<u32>>', partialSums: 'read array<f32>', sums: 'write array<f32>' },
    code: `${constantsWgsl(shape)}
const SLOTS = ${slots}u;

@compute @workgroup_size(${shape.width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let written = (max(rows[2].x, tasksOf(rows[0])) + 1u) / 2u;
  var sum = 0.0;
  for (var g = group.y; g < written; g += ${SUM_GROUPS}u) { sum += partialSums[(g * SLOTS + group.x) * W + j]; }
  sums[(group.y * SLOTS + group.x) * W + j] = sum;
}
`,
  };
}

/** Floats of `networkGradients`. */
export function gradientFloats({ inputs, width, neuronFloats }: NetworkShape): number {
  return inputs * width + width * width + width * 4 + 2 * neuronFloats;
}

export const COLLECT_GROUPS = 256;

/** Writes `networkGradients` and `potentialSums`; all 0 without a sample. */
export function collectKernel(shape: NetworkShape): KernelText {
  const { inputs, width, neuron, neuronFloats, sizes } = shape;
  const slots = sumSlots(shape);
  const [w2, w3, values] = [inputs * width, inputs * width + width * width, inputs * width + width * width + width * 4];
  const total = gradientFloats(shape);
  const learned = learnedParameters(neuron).map(([name]) => name);
  const places = parameterPlaces(neuron)
    .filter(({ name }) => learned.includes(name))
    .map((place) => {
      const first = firstFloat(place, width);
      const length = place.channels === null ? 1 : width;
      const slot = `${slots.learned}u + layer * ${sizes.learned}u + ${learned.indexOf(place.name)}u`;
      return `  if (at >= ${first}u && at < ${first + length}u) { return slotSum(${slot}, at - ${first}u); }\n`;
    });
  return {
    name: 'network gradients',
    buffers: {
      work: 'read array<u32>',
      rows: 'read array<vec2<u32>>',
      sums: 'read array<f32>',
      partialW2: 'read array<f32>',
      networkGradients: 'write array<f32>',
      potentialSums: 'write array<f32>',
    },
    code: `${workWgsl}${constantsWgsl(shape)}
const SLOTS = ${slots.total}u;

fn slotSum(slot: u32, j: u32) -> f32 {
  var sum = 0.0;
  for (var g = 0u; g < ${SUM_GROUPS}u; g++) { sum += sums[(g * SLOTS + slot) * W + j]; }
  return sum;
}

fn parameterSum(layer: u32, at: u32) -> f32 {
${places.join('')}  return 0.0;
}

fn gradient(e: u32) -> f32 {
  if (work[WORK_SAMPLES] == 0u) { return 0.0; }
  if (e < ${w2}u) { return slotSum(e / W, e % W); }
  if (e < ${w3}u) {
    let written = max(rows[2].y, sharesOf(rows[0].x));
    var sum = 0.0;
    for (var g = 0u; g < written; g++) { sum += partialW2[g * W * W + e - ${w2}u]; }
    return sum;
  }
  if (e < ${values}u) {
    let channel = (e - ${w3}u) % 4u;
    if (channel == 3u) { return 0.0; }
    return slotSum(${slots.w3}u + channel, (e - ${w3}u) / 4u);
  }
  if (e < ${total}u) { return parameterSum((e - ${values}u) / ${Math.max(1, neuronFloats)}u, (e - ${values}u) % ${Math.max(1, neuronFloats)}u); }
  return slotSum(${slots.potentials}u + (e - ${total}u) / W, (e - ${total}u) % W);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var e = id.x; e < ${total + 2 * width}u; e += ${64 * COLLECT_GROUPS}u) {
    let value = gradient(e);
    if (e < ${total}u) { networkGradients[e] = value; } else { potentialSums[e - ${total}u] = value; }
  }
}
`,
  };
}
