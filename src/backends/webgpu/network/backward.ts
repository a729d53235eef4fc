/**
 * The colour network, backward: from d loss / d logits to d loss / d features and to sums for the gradients of w1, w3, and of what the neurons
 * learn. Back-propagation through time: a workgroup goes through its rows in reverse, tile by tile.
 *
 *     d loss / d S2 = d loss / d logits w3^T      adjoint scan of layer 2      d loss / d S1 = d loss / d I2 w2^T      adjoint scan of layer 1
 *     d loss / d features = d loss / d I1 w1^T
 *
 * d loss / d I2 replaces the potentials of layer 2 in memory: the gradient of w2 is a product over all rows (weight-gradients.ts). The other
 * gradients are sums in registers; each workgroup writes its own into `partialSums` [workgroups, slots, W], which are added in a fixed order, so
 * that the same step gives the same bits.
 *
 * The product with w2^T is dense: the surrogate lets every neuron through. Per row W W + 27 W multiply-adds; 16 W bytes of potentials and
 * gradients, 48 of features, 16 of logits in, 48 out. Compared with tfjs in test/backends/webgpu-network.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { keptValues, potentialAt } from '../../../../renderer/wgsl/network/forward.ts';
import { constantsWgsl, FEATURES, tableWgsl, taskWgsl, TASKS, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { productWgsl, tileWgsl } from '../../../../renderer/wgsl/network/tile.ts';
import { stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { learnedParameters } from '../../../neurons/define-neuron.ts';

/** Workgroups, each with two tasks of the forward pass. */
export const BACKWARD_GROUPS = TASKS / 2;

/** Rows of W floats that a workgroup sums up, by first row: inputs of w1, three of w3, learned parameters of both layers, potentials. */
export function sumSlots({ inputs, sizes }: NetworkShape): Readonly<Record<'w1' | 'w3' | 'learned' | 'potentials' | 'total', number>> {
  const learned = inputs + 3;
  const potentials = learned + 2 * sizes.learned;
  return { w1: 0, w3: inputs, learned, potentials, total: potentials + 2 };
}

export function backwardKernel(shape: NetworkShape): KernelText {
  const { poisson, repeats, tables, width, views } = shape;
  const inputSums = Array.from({ length: poisson ? shape.inputs : views }, (_, i) => `inputSum${i}`);
  return {
    name: 'network backward',
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      ...(poisson
        ? { inputSpikes: 'read array<vec2<u32>>' as const }
        : { sampleFeatures: 'read array<vec4<f32>>' as const, views: 'read array<f32>' as const }),
      logitGradients: 'read array<vec4<f32>>',
      potentials: 'write array<f32>',
      rowGradients: 'write array<f32>',
      partialSums: 'write array<f32>',
      step: 'uniform Step',
    },
    code: `${stepStruct.wgsl}${constantsWgsl(shape)}${taskWgsl}${tableWgsl(shape)}${tileWgsl(shape, false)}
const SLOTS = ${sumSlots(shape).total}u;
const VIEWS = ${views}u;

@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  // What no part has written yet.
  let isNew = group.x >= (rows[2].x + 1u) / 2u;
  let begin = taskBegin(2u * group.x);
  let end = taskBegin(2u * group.x + 2u);
  let realRows = f32(rows[1].x) * f32(REPEATS);
  let spikes1 = step.spikeWeight1 / (realRows * f32(W));
  let spikes2 = step.spikeWeight2 / (realRows * f32(W));
  let potential1 = table(${tables.potentialWeights}u + j) / realRows;
  let potential2 = table(${tables.potentialWeights}u + W + j) / realRows;
  let neuron1 = neuronAt(0u, j, step.surrogateAlpha);
  let neuron2 = neuronAt(1u, j, step.surrogateAlpha);
  let weights3 = networkTables[${tables.w3 / 4}u + j].xyz;
  var carry1: States;
  var carry2: States;
  var shares1: Shares;
  var shares2: Shares;
  var kept: Kept;
  var sum3 = vec3<f32>(0.0);
  var potentialSum1 = 0.0;
  var potentialSum2 = 0.0;
${poisson ? '' : '  var featureSum0 = vec4<f32>(0.0);\n  var featureSum1 = vec4<f32>(0.0);\n  var featureSum2 = vec4<f32>(0.0);\n  var viewSum = 0.0;'}
${inputSums.map((name) => `  var ${name} = 0.0;`).join('\n')}
  for (var tiles = (end - begin + R - 1u) / R; tiles > 0u; tiles--) {
    let at = begin + (tiles - 1u) * R;
    let count = min(R, end - at);
    for (var i = count; i > 0u;) {
      i--;
${adjoint(shape, 2, outputOfLogits(repeats), `      sum3 += colour * neuronOutput(neuron2, h);\n      potentials[${potentialAt(shape, 'r', 1, 0)}] = d;`, '')}
    }
    workgroupBarrier();
    ${productWgsl(shape, tables.w2t, false)}
    for (var i = count; i > 0u;) {
      i--;
${adjoint(shape, 1, '      let output = tile[place(j, i >> 2u)][i & 3u];', poisson ? spikeSums(shape) : featureSums, poisson ? '' : viewSums(inputSums))}
    }
    workgroupBarrier();
    for (var item = j; item < ${FEATURES}u * QUADS; item += W) {
      let quad = item % QUADS;
      let channel = item / QUADS;
      var sum = vec4<f32>(0.0);
      for (var i = 0u; i < W; i++) { sum += tile[place(i, quad)] * table(${tables.w1}u + channel * W + i); }
      for (var k = 0u; k < 4u; k++) {
        if (4u * quad + k < count) {
          let row = rows[FIRST_ROW + at + 4u * quad + k];
          if (row.x != GAP) { rowGradients[${repeats > 1 ? '(at + 4u * quad + k)' : 'row.x'} * ${FEATURES}u + channel] = sum[k]; }
        }
      }
    }
    workgroupBarrier();
  }
${writeSums(shape, inputSums)}
}
`,
  };
}

/** d loss / d output of layer 2: `colour` is d loss / d logits of the row, of which a sample has several. */
function outputOfLogits(repeats: number): string {
  return `      var colour = vec3<f32>(0.0);
      if (row.x != GAP) { colour = logitGradients[row.x].xyz${repeats > 1 ? ' / f32(REPEATS)' : ''}; }
      let output = dot(colour, weights3);`;
}

/**
 * Row i of the tile in one layer, in reverse. `output` defines d loss / d output; `use` has d, d loss / d current, and h; `atStart` is for a
 * ray's first row.
 */
function adjoint(shape: NetworkShape, layer: 1 | 2, output: string, use: string, atStart: string): string {
  const index = (value: number): string => `potentials[${potentialAt(shape, 'r', layer === 1 ? 0 : 1, value)}]`;
  const kept = Array.from({ length: keptValues(shape) - 1 }, (_, k) => `      kept[${k}] = ${index(k + 1)};`).join('\n');
  return `      let r = at + i;
      let row = rows[FIRST_ROW + r];
      let isReal = row.x != GAP;
      let h = ${index(0)};
${kept}
${output}
      let adjoints = Adjoints(output, select(0.0, spikes${layer}, isReal), select(0.0, potential${layer}, isReal));
      let d = adjointStep(neuron${layer}, h, kept, adjoints, &carry${layer}, &shares${layer});
      potentialSum${layer} += select(0.0, h, isReal);
      tile[place(j, i >> 2u)][i & 3u] = d;
${use}
      if ((row.y & 1u) != 0u) {
        carry${layer} = States();
${atStart}
      }`;
}

const featureSums = `      if (isReal) {
        let x = ${FEATURES / 4}u * row.x;
        featureSum0 += d * sampleFeatures[x];
        featureSum1 += d * sampleFeatures[x + 1u];
        featureSum2 += d * sampleFeatures[x + 2u];
        viewSum += d;
      }`;

/** The view terms are those of the ray: their gradients get the sum over its rows. */
function viewSums(inputSums: readonly string[]): string {
  return `        let ray = (row.y >> 1u) * VIEWS;
${inputSums.map((name, v) => `        ${name} += viewSum * views[ray + ${v}u];`).join('\n')}
        viewSum = 0.0;`;
}

function spikeSums({ inputs }: NetworkShape): string {
  const sums = Array.from({ length: inputs }, (_, c) => {
    const word = c < 32 ? 'x' : 'y';
    return `      inputSum${c} += select(0.0, d, (spikes.${word} & ${2 ** (c % 32)}u) != 0u);`;
  });
  return `      let spikes = inputSpikes[r];\n${sums.join('\n')}`;
}

function writeSums(shape: NetworkShape, inputSums: readonly string[]): string {
  const { sizes, poisson } = shape;
  const slots = sumSlots(shape);
  const components = ['x', 'y', 'z', 'w'];
  const features = poisson ? [] : [0, 1, 2].flatMap((k) => components.map((c) => `featureSum${k}.${c}`));
  const w1 = [...features, ...inputSums];
  const w3 = components.slice(0, 3).map((c) => `sum3.${c}`);
  const named = learnedParameters(shape.neuron);
  const shares = ([1, 2] as const).flatMap((layer) =>
    named.map(([, { scope }], i) => ({
      value: `shares${layer}[${i}]`,
      uniform: scope === 'layer',
      slot: slots.learned + (layer - 1) * sizes.learned + i,
    })),
  );
  const perNeuron = [
    ...[...w1, ...w3].map((value, slot) => ({ value, slot })),
    ...shares.filter(({ uniform }) => !uniform),
    { value: 'potentialSum1', slot: slots.potentials },
    { value: 'potentialSum2', slot: slots.potentials + 1 },
  ];
  const write = (slot: string, of: string, value: string): string =>
    `{ let to = (group.x * SLOTS + ${slot}) * W + ${of}; partialSums[to] = ${value} + select(partialSums[to], 0.0, isNew); }`;
  const uniform = shares.filter((share) => share.uniform);
  // The one value of a layer: a sum over its neurons, left at the first.
  const layerSums = uniform.map(
    ({ value, slot }) => `  tile[j] = vec4<f32>(${value}, 0.0, 0.0, 0.0);
  workgroupBarrier();
  if (j == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < W; i++) { sum += tile[i].x; }
    ${write(`${slot}u`, '0u', 'sum')}
  }
  workgroupBarrier();`,
  );
  return [...perNeuron.map(({ value, slot }) => `  ${write(`${slot}u`, 'j', value)}`), ...layerSums].join('\n');
}
