/**
 * Gradients of the weights, of what the neurons learn, and means of the potentials, from partial sums that are added in a fixed order, so that the
 * same step gives the same bits. `sumsKernel` adds up the tasks' sums of the backward scans in 16 groups; `collectKernel` adds up those, the shares
 * of w2 (products.ts) and of the view terms (input-gradients.ts), and lays the gradients out as the weights are.
 *
 * 4 bytes a partial sum. Compared with tfjs in test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { constantsWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { workWgsl } from '../../../../renderer/wgsl/work.ts';
import { learnedParameters } from '../../../neurons/define-neuron.ts';
import { isRaised } from '../../../neurons/regulated-lif.ts';
import { firstFloat, parameterPlaces } from '../../../neurons/scan-layout.ts';
import { sumSlots } from './backward.ts';
import { INPUT_SHARES, summedInputs } from './input-gradients.ts';

/** Groups of workgroups whose sums are added first. */
export const SUM_GROUPS = 16;

/** Dispatch: slots in x, SUM_GROUPS in y. What a layer has one value of is also summed over its neurons, to the first. */
export function sumsKernel(shape: NetworkShape): KernelText {
  const { learned, total: slots } = sumSlots(shape);
  const ofLayers = learnedParameters(shape.neuron).flatMap(([, { scope }], i) => (scope === 'layer' ? [i] : []));
  const slotsOfLayers = [0, 1].flatMap((layer) => ofLayers.map((i) => learned + layer * shape.sizes.learned + i));
  const sumOverNeurons = `
  neurons[j] = sum;
  workgroupBarrier();
  if (j == 0u && (${slotsOfLayers.map((slot) => `group.x == ${slot}u`).join(' || ')})) {
    for (var i = 1u; i < rows[3].x; i++) { sum += neurons[i]; }
  }`;
  return {
    name: 'network sums',
    buffers: { rows: 'read array<vec2<u32>>', partialSums: 'read array<f32>', sums: 'write array<f32>' },
    code: `${constantsWgsl(shape)}
const SLOTS = ${slots}u;
${ofLayers.length > 0 ? `var<workgroup> neurons: array<f32, ${shape.width}>;` : ''}

@compute @workgroup_size(${shape.width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let written = max(rows[2].x, tasksOf(rows[0]));
  var sum = 0.0;
  for (var g = group.y; g < written; g += ${SUM_GROUPS}u) { sum += partialSums[(g * SLOTS + group.x) * W + j]; }${ofLayers.length > 0 ? sumOverNeurons : ''}
  sums[(group.y * SLOTS + group.x) * W + j] = sum;
}
`,
  };
}

/** Floats of `networkGradients`. */
export function gradientFloats({ inputs, width, columns, parts, neuronFloats }: NetworkShape): number {
  return inputs * columns[0] + width * (columns[1] + 4 + parts[0] + parts[1]) + 2 * neuronFloats;
}

export const COLLECT_GROUPS = 256;

/** Writes `networkGradients` and `potentialSums`, behind which the sums of spikes follow; all 0 without a sample. */
export function collectKernel(shape: NetworkShape): KernelText {
  const { inputs, width, columns, parts, neuron, neuronFloats, sizes } = shape;
  const slots = sumSlots(shape);
  const w2 = inputs * columns[0];
  const w3 = w2 + width * columns[1];
  const decays = w3 + width * 4;
  const values = decays + (parts[0] + parts[1]) * width;
  const total = gradientFloats(shape);
  const summed = summedInputs(shape);
  const firstSummed = inputs - summed;
  const learned = learnedParameters(neuron).map(([name]) => name);
  const places = parameterPlaces(neuron)
    .filter(({ name }) => learned.includes(name))
    .map((place) => {
      const first = firstFloat(place, width);
      const length = place.channels === null ? 1 : width;
      const slot = `${slots.learned}u + layer * ${sizes.learned}u + ${learned.indexOf(place.name)}u`;
      return `  if (at >= ${first}u && at < ${first + length}u) { return sumPlace(${slot}, at - ${first}u); }\n`;
    });
  return {
    name: 'network gradients',
    buffers: {
      work: 'read array<u32>',
      rows: 'read array<vec2<u32>>',
      sums: 'read array<f32>',
      partialW2: 'read array<f32>',
      partialInputs: 'read array<f32>',
      networkGradients: 'write array<f32>',
      potentialSums: 'write array<f32>',
    },
    code: `${workWgsl}${constantsWgsl(shape)}
const SLOTS = ${slots.total}u;
const NONE = 0xffffffffu;

fn sumPlace(slot: u32, j: u32) -> u32 { return slot * W + j; }

fn parameterPlace(layer: u32, at: u32) -> u32 {
${places.join('')}  return NONE;
}

// Place of the sum of element e in a group of \`sums\`; NONE: it is always 0.
fn placeOf(e: u32) -> u32 {
  if (e < ${firstSummed * columns[0]}u) { return e; }
  if (e < ${decays}u) {
    let channel = (e - ${w3}u) % 4u;
    return select(sumPlace(${slots.w3}u + channel, (e - ${w3}u) / 4u), NONE, channel == 3u);
  }
  if (e < ${values}u) { return sumPlace(${slots.decays}u, e - ${decays}u); }
  if (e < ${total}u) { return parameterPlace((e - ${values}u) / ${Math.max(1, neuronFloats)}u, (e - ${values}u) % ${Math.max(1, neuronFloats)}u); }
  return sumPlace(${slots.potentials}u, e - ${total}u);
}

fn gradient(e: u32) -> f32 {
  if (work[WORK_SAMPLES] == 0u) { return 0.0; }
  var sum = 0.0;
  if (e >= ${firstSummed * columns[0]}u && e < ${w2}u) {
    for (var g = 0u; g < ${INPUT_SHARES}u * rows[3].y; g++) { sum += partialInputs[g * ${summed * columns[0]}u + e - ${firstSummed * columns[0]}u]; }
  } else if (e >= ${w2}u && e < ${w3}u) {
    let written = max(rows[2].y, sharesOf(rows[0].x));
    for (var g = 0u; g < written; g++) { sum += partialW2[g * ${width * columns[1]}u + e - ${w2}u]; }
  } else {
    let place = placeOf(e);
    if (place != NONE) { for (var g = 0u; g < ${SUM_GROUPS}u * rows[3].y; g++) { sum += sums[g * SLOTS * W + place]; } }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var e = id.x; e < ${total + (isRaised(neuron) ? 4 : 2) * width}u; e += ${64 * COLLECT_GROUPS}u) {
    let value = gradient(e);
    if (e < ${total}u) { networkGradients[e] = value; } else { potentialSums[e - ${total}u] = value; }
  }
}
`,
  };
}
