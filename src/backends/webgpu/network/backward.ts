/**
 * The colour network, backward: back-propagation through time of each hidden layer, from d loss / d outputs to d loss / d currents, between
 * products with the transposed weights (products.ts).
 *
 *     d loss / d S2 = d loss / d logits w3^T      adjoint scan of layer 2      d loss / d S1 = d loss / d I2 w2^T      adjoint scan of layer 1
 *
 * A workgroup goes through the rows of its task in reverse, invocation j is neuron j. d loss / d I2 replaces the potentials of layer 2 in memory, d
 * loss / d I1 replaces d loss / d S1. Gradients of w3, of the features' part of w1 and of what the neurons learn are sums in registers; each
 * workgroup writes its own into `partialSums` [tasks, slots, W], which are added in a fixed order, so that the same step gives the same bits.
 *
 * Where neurons carry decaying sums (layers/hetsyn-factors.ts) their adjoints follow, L_t = r L_t+1 + d loss / d I_t, a sum each; those of layer 2 replace the sums,
 * those of layer 1 stand in the place of d loss / d I1.
 *
 * Rows, what they have of their samples, and four rows' potentials are read ahead: waited for one after the other they would take most of the time.
 *
 * Per row and layer 12 W bytes; 3 W multiply-adds for layer 2, F W for layer 1. Compared with tfjs in test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../../../../renderer/wgsl/kernel.ts';
import { firstSum, potentialAt, taughtValue } from '../../../../renderer/wgsl/network/forward.ts';
import { constantsWgsl, tableWgsl, taskWgsl, type NetworkShape } from '../../../../renderer/wgsl/network/shape.ts';
import { stagedRowsWgsl, stagedVector, stageRows } from '../../../../renderer/wgsl/network/staged-rows.ts';
import { stepStruct } from '../../../../renderer/wgsl/uniforms.ts';
import { learnedParameters } from '../../../neurons/define-neuron.ts';
import { isRaised } from '../../../neurons/regulated-lif.ts';

/**
 * Rows of W floats that a workgroup sums up, by first row: features of w1 (with spikes as inputs none; of decaying sums as many rows each), three of w3,
 * potentials of both layers, where thresholds are raised spikes of both, learned parameters of both, decays of both.
 */
export function sumSlots({
  poisson,
  sizes,
  features,
  parts,
  neuron,
}: NetworkShape): Readonly<Record<'w3' | 'potentials' | 'learned' | 'decays' | 'total', number>> {
  const w3 = poisson ? 0 : features * Math.max(1, parts[0]);
  const learned = w3 + 3 + (isRaised(neuron) ? 4 : 2);
  const decays = learned + 2 * sizes.learned;
  return { w3, potentials: w3 + 3, learned, decays, total: decays + parts[0] + parts[1] };
}

/** Rows that a workgroup has in its memory at a time. */
const STAGED_ROWS = 32;

export function backwardKernel(shape: NetworkShape, layer: 1 | 2): KernelText {
  const { tables, width, poisson } = shape;
  const summed = layer === 1 && !poisson;
  const vectors = layer === 2 ? 1 : summed ? shape.vectors : 0;
  // What is read four rows ahead, by its name.
  const ahead: readonly (readonly [name: string, at: (row: string) => string])[] = [
    ['h', (row) => `potentials[${at(layer, 0, row)}]`],
    ...numbered(shape.sizes.kept).map((k) => [`kept${k}`, (row: string) => `potentials[${at(layer, k + 1, row)}]`] as const),
    ...(layer === 1 ? [['spikeGradient', (row: string) => `outputGradients[${row} * ${shape.columns[0]}u + j]`] as const] : []),
  ];
  return {
    name: `network backward, layer ${layer}`,
    buffers: {
      networkTables: 'read array<f32>',
      rows: 'read array<vec2<u32>>',
      ...(layer === 2 ? { logitGradients: 'read array<vec4<f32>>' as const } : { outputGradients: 'write array<f32>' as const }),
      ...(summed ? { sampleFeatures: 'read array<vec4<f32>>' as const, rayGradients: 'write array<f32>' as const } : {}),
      potentials: layer === 2 ? 'write array<f32>' : 'read array<f32>',
      partialSums: 'write array<f32>',
      ...(shape.drops ? { keptNeurons: 'read array<f32>' as const } : {}),
      step: 'uniform Step',
    },
    code: `${stepStruct.wgsl}${constantsWgsl(shape)}${taskWgsl}${tableWgsl(shape, 'scalars')}${stagedRowsWgsl(STAGED_ROWS, vectors)}
const REPEATS = ${shape.repeats}u;
${shape.taught ? taughtWgsl : ''}
@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let begin = taskBegin(group.x);
  let realRows = f32(rows[1].x) * f32(REPEATS);
  let spikes = step.spikeWeight${layer} / (realRows * f32(W));
  let drive = table(${tables.potentialWeights + (layer - 1) * width}u + j) / realRows;
  let neuron = neuronAt(${layer - 1}u, j, step.surrogateAlpha);
  var carry: States;
  var shares: Shares;
  var kept: Kept;
  var potentialSum = 0.0;
${carriesSums(shape, layer)
  .map((p) => `  var carried${p} = 0.0;\n  let decay${p} = table(${(layer === 1 ? tables.decays1 : tables.decays2) + p * width}u + j);`)
  .join('\n')}
${numbered(shape.parts[layer - 1])
  .map((p) => `  var decaySum${p} = 0.0;`)
  .join('\n')}
${isRaised(shape.neuron) ? '  var spikeSum = 0.0;\n' : ''}${layer === 2 ? logitSetup(tables.w3) : summed ? featureSetup(shape) : ''}
${ahead.map(([name]) => `  var ${name}s = vec4<f32>(0.0);`).join('\n')}
  for (var end = taskBegin(group.x + 1u); end > begin;) {
    let count = min(${STAGED_ROWS}u, end - begin);
    let at = end - count;
    end = at;
    ${stageRows(vectors, layer === 2 ? 'logitGradients[row.x]' : `sampleFeatures[${shape.vectors}u * row.x + k]`)}
    for (var next = count; next > 0u; next--) {
    let i = next - 1u;
    let r = at + i;
    let row = stagedRows[i];
    let isReal = row.x != GAP;
    if (((count - next) & 3u) == 0u) {
${[1, 2, 3].map((n) => `      let r${n} = r - min(${n}u, i);`).join('\n')}
${ahead.map(([name, place]) => `      ${name}s = vec4<f32>(${['r', 'r1', 'r2', 'r3'].map(place).join(', ')});`).join('\n')}
    }
${ahead.map(([name]) => `    let ${name} = ${name}s.x;\n    ${name}s = ${name}s.yzwx;`).join('\n')}
${numbered(shape.sizes.kept)
  .map((k) => `    kept[${k}] = kept${k};\n`)
  .join(
    '',
  )}${shape.drops ? `    let factor = keptNeurons[(row.y >> 1u) * 2u * W + ${layer - 1}u * W + j];\n` : ''}${layer === 2 ? logitOutput : '    var output = spikeGradient;'}
${shape.drops ? '    output *= factor;' : ''}
    let adjoints = Adjoints(output, select(0.0, spikes, isReal), select(0.0, ${shape.taught ? `drive + taughtDrive(${at(layer, taughtValue(shape))})` : 'drive'}, isReal));
    let d = adjointStep(neuron, h, kept, adjoints, &carry, &shares);
    potentialSum += select(0.0, h, isReal);
${isRaised(shape.neuron) ? '    spikeSum += select(0.0, neuronOutput(neuron, h), isReal);\n' : ''}${layer === 2 ? `    sum3 += colour * neuronOutput(neuron, h)${shape.drops ? ' * factor' : ''};` : ''}
${passSums(shape, layer)}
${summed ? featureSums(shape) : ''}
    if ((row.y & 1u) != 0u) {
      carry = States();
${carriesSums(shape, layer)
  .map((p) => `      carried${p} = 0.0;`)
  .join('\n')}
${summed && !shape.alone ? rayEnd(shape) : ''}
    }
${
  summed && shape.alone
    ? `    if (r == begin || rows[FIRST_ROW + r - 1u].y >> 1u != row.y >> 1u) {
${rayEnd(shape)}
    }`
    : ''
}
    }
    workgroupBarrier();
  }
${writeSums(shape, layer)}
}
`,
  };

  function at(of: 1 | 2, value: number, row = 'r'): string {
    return potentialAt(shape, row, of === 1 ? 0 : 1, value);
  }
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, p) => p);
}

/** The decaying sums of a layer, numbered, where they go on from row to row. */
function carriesSums({ parts, decays }: NetworkShape, layer: 1 | 2): number[] {
  return decays ? numbered(parts[layer - 1]) : [];
}

/** `passed0`, ...: d loss / d what the layer's products are, stored. */
function passSums(shape: NetworkShape, layer: 1 | 2): string {
  const sums = numbered(shape.parts[layer - 1]);
  const place = (p: number): string =>
    layer === 1
      ? `outputGradients[r * ${shape.columns[0]}u + ${p}u * W + j]`
      : `potentials[${potentialAt(shape, 'r', 1, sums.length === 0 ? 0 : firstSum(shape) + p)}]`;
  const before = (p: number): string => `potentials[${potentialAt(shape, '(r - 1u)', layer === 1 ? 0 : 1, firstSum(shape) + p)}]`;
  const carried = carriesSums(shape, layer);
  if (carried.length === 0)
    return partsOf(shape, layer)
      .map((p) => `    let passed${p} = d;\n    ${place(p)} = d;`)
      .join('\n');
  return `${carried.map((p) => `    let passed${p} = decay${p} * carried${p} + d;\n    carried${p} = passed${p};`).join('\n')}
    if ((row.y & 1u) == 0u) {
${carried.map((p) => `      decaySum${p} += passed${p} * ${before(p)};`).join('\n')}
    }
${carried.map((p) => `    ${place(p)} = passed${p};`).join('\n')}`;
}

/** What the layer's currents are sums of, numbered. */
function partsOf({ parts }: NetworkShape, layer: 1 | 2): number[] {
  return numbered(Math.max(1, parts[layer - 1]));
}

/** What a teacher adds is there only in steps that ask it (teacher.ts). */
const taughtWgsl = `
fn taughtDrive(at: u32) -> f32 {
  if (step.teacherPotentialScale == 0.0) { return 0.0; }
  return potentials[at];
}
`;

function logitSetup(w3: number): string {
  return `  let weights3 = vec3<f32>(table(${w3}u + 4u * j), table(${w3 + 1}u + 4u * j), table(${w3 + 2}u + 4u * j));
  var sum3 = vec3<f32>(0.0);`;
}

/** `colour` is d loss / d logits of the row, of which a sample may have several. */
const logitOutput = `    var colour = vec3<f32>(0.0);
    if (isReal) { colour = ${stagedVector(1, 'i', 0)}.xyz / f32(REPEATS); }
    var output = dot(colour, weights3);`;

function vectorsOf({ vectors }: NetworkShape): number[] {
  return Array.from({ length: vectors }, (_, k) => k);
}

function featureSetup(shape: NetworkShape): string {
  return partsOf(shape, 1)
    .map(
      (p) =>
        `${vectorsOf(shape)
          .map((k) => `  var featureSum${p}_${k} = vec4<f32>(0.0);\n`)
          .join('')}  var raySum${p} = 0.0;`,
    )
    .join('\n');
}

function featureSums(shape: NetworkShape): string {
  return `    if (isReal) {
${vectorsOf(shape)
  .map(
    (k) => `      let features${k} = ${stagedVector(shape.vectors, 'i', k)};
${partsOf(shape, 1)
  .map((p) => `      featureSum${p}_${k} += passed${p} * features${k};`)
  .join('\n')}`,
  )
  .join('\n')}
${partsOf(shape, 1)
  .map((p) => `      raySum${p} += passed${p};`)
  .join('\n')}
    }`;
}

/** The view terms are those of the ray: their gradients get the sum over its rows (input-gradients.ts). */
function rayEnd(shape: NetworkShape): string {
  return partsOf(shape, 1)
    .map((p) => `      rayGradients[(row.y >> 1u) * ${shape.columns[0]}u + ${p}u * W + j] = raySum${p};\n      raySum${p} = 0.0;`)
    .join('\n');
}

/** The workgroup's sums to its places in `partialSums`. */
function writeSums(shape: NetworkShape, layer: 1 | 2): string {
  const { sizes, poisson, neuron } = shape;
  const slots = sumSlots(shape);
  const components = ['x', 'y', 'z', 'w'];
  const ways = partsOf(shape, 1);
  const features = vectorsOf(shape)
    .flatMap((k) =>
      components.flatMap((c, i) => ways.map((p) => ({ value: `featureSum${p}_${k}.${c}`, slot: (4 * k + i) * ways.length + p }))),
    )
    .slice(0, shape.features * ways.length);
  const colours = components.slice(0, 3).map((c, k) => ({ value: `sum3.${c}`, slot: slots.w3 + k }));
  const list = [
    ...(layer === 2 ? colours : poisson ? [] : features),
    { value: 'potentialSum', slot: slots.potentials + layer - 1 },
    ...(isRaised(neuron) ? [{ value: 'spikeSum', slot: slots.potentials + 1 + layer }] : []),
    ...learnedParameters(neuron).map((_, i) => ({ value: `shares[${i}]`, slot: slots.learned + (layer - 1) * sizes.learned + i })),
    ...numbered(shape.parts[layer - 1]).map((p) => ({
      value: `decaySum${p}`,
      slot: slots.decays + (layer === 1 ? 0 : shape.parts[0]) + p,
    })),
  ];
  const array = (type: string, values: readonly (string | number)[]): string => `array<${type}, ${values.length}>(${values.join(', ')})`;
  return `  var sums = ${array(
    'f32',
    list.map(({ value }) => value),
  )};
  var slots = ${array(
    'u32',
    list.map(({ slot }) => `${slot}u`),
  )};
  for (var k = 0u; k < ${list.length}u; k++) {
    let to = (group.x * ${slots.total}u + slots[k]) * W + j;
    // What no part before has written is not there yet.
    partialSums[to] = sums[k] + select(partialSums[to], 0.0, group.x >= rows[2].x);
  }`;
}
