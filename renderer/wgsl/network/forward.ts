/**
 * The colour network, forward, both hidden layers at once (docs/model.md, sections 2 and 3): features of the samples to logits.
 *
 *     I1 = features w1 + view part of the ray      S1 = neuron(I1)      I2 = S1 w2      S2 = neuron(I2)      logits = S2 w3
 *
 * A workgroup takes a task: rows of some whole rays. Invocation j is neuron j of both layers and keeps their states in registers, from tile to
 * tile; at the first row of a ray they start at 0. Of a tile of R rows
 *
 *     layer 1   the invocation's F weights are in registers; the features are read for the tile together first, where there is memory for them
 *     layer 2   a product of the tile with w2 (tile.ts), then the scan over its rows
 *     layer 3   an invocation sums the logits of four rows over some neurons, then one logit of one row over these sums
 *
 * Where a neuron carries decaying sums (layers/hetsyn-factors.ts) the invocation has its weights of all of them, and sums them up as they decay; of layer
 * 2 it takes its columns of the product by itself.
 *
 * Per row F W (repeats of a sample: once) + A W + 3 W multiply-adds, A: neurons of layer 1 active in the row or three or seven beside it. 4 F bytes of features come in, 16 go
 * out; training stores the potentials, 8 W bytes. Weights are read from the cache. Spikes of a ray and all counts are integers, so their
 * atomic sums do not depend on the order. Compared with tfjs in test/backends/webgpu/network.gpu.test.ts.
 */
import type { KernelText } from '../kernel.ts';
import { isSpiking } from '../../../src/neurons/define-neuron.ts';
import { countWgsl, statIndex, type Stat } from '../stats.ts';
import { constantsWgsl, tableWgsl, taskWgsl, type NetworkShape } from './shape.ts';
import { stagedRowsWgsl, stagedVector, stageRows } from './staged-rows.ts';
import { markActiveWgsl, overRows, ownRows, productRows, productWgsl, tileWgsl } from './tile.ts';

const TALLIES: readonly Stat[] = ['spikes1', 'spikes2', 'active1', 'active2', 'negative1', 'negative2', 'bits1', 'bits2'];

/** Sums of an invocation. The penalty on spikes leaves out those in gaps. */
function talliesOf({ gaps }: NetworkShape, use: ForwardUse): readonly Stat[] {
  return gaps && use === 'training' ? [...TALLIES, 'shownSpikes1', 'shownSpikes2'] : TALLIES;
}

/** Values that training has of a row, layer and neuron: the potential, what the adjoint needs besides, what a teacher adds to it, and decaying sums. */
export function keptValues(shape: NetworkShape): number {
  return firstSum(shape) + Math.max(...shape.parts);
}

/** Which of them a teacher adds. */
export function taughtValue({ sizes }: NetworkShape): number {
  return 1 + sizes.kept;
}

/** Which of them is the first sum. */
export function firstSum({ sizes, taught }: NetworkShape): number {
  return 1 + sizes.kept + (taught ? 1 : 0);
}

/** Which are the gradients of the currents of layer 2, or of what its sums add up, after the backward scan. */
export function gradientValue(shape: NetworkShape): number {
  return shape.parts[1] > 0 ? firstSum(shape) : 0;
}

/** Float of a value in `potentials`, [rows, 2 layers, values, W]. */
export function potentialAt(shape: NetworkShape, row: string, layer: 0 | 1, value: number): string {
  const values = keptValues(shape);
  return `(${row} * ${2 * values}u + ${layer * values + value}u) * W + j`;
}

/**
 * `rendering` counts the spikes of every ray; `training` stores the potentials. Where neurons are dropped, which are is decided by their activity on
 * the whole ray: `activity 1` and `activity 2` go before, and write a layer's sums over the samples of every ray to `keptNeurons` (dropout.ts).
 */
export type ForwardUse = 'rendering' | 'training' | 'activity 1' | 'activity 2';

export function forwardKernel(shape: NetworkShape, use: ForwardUse): KernelText {
  const { poisson, repeats, skipsSilent, width } = shape;
  const logits = repeats > 1 ? 'rowLogits' : 'logits';
  const rendering = use === 'rendering';
  const colours = rendering || use === 'training';
  const layer2 = use !== 'activity 1';
  return {
    name: use === 'training' ? 'network forward' : `network forward, ${use}`,
    buffers: {
      networkTables: 'read array<vec4<f32>>',
      rows: 'read array<vec2<u32>>',
      ...(poisson
        ? { inputSpikes: 'read array<vec2<u32>>' as const }
        : { sampleFeatures: 'read array<vec4<f32>>' as const, viewCurrents: 'read array<f32>' as const }),
      ...(colours ? { [logits]: 'write array<f32>' as const, stats: 'write array<atomic<u32>>' as const } : {}),
      ...(rendering ? { raySpikes: 'write array<atomic<u32>>' as const } : {}),
      ...(use === 'training' ? { potentials: 'write array<f32>' as const } : {}),
      ...(shape.drops && !rendering ? { keptNeurons: `${colours ? 'read' : 'write'} array<f32>` as const } : {}),
    },
    code: `${colours ? countWgsl : NO_RAY}${constantsWgsl(shape)}${taskWgsl}${tableWgsl(shape, 'vectors')}${tileWgsl(shape)}${shape.stagesRows ? stagedRowsWgsl(shape.tileRows, stagedVectors(shape)) : ''}
@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {
  let begin = taskBegin(group.x);
  let end = taskBegin(group.x + 1u);
  if (begin == end) { return; }
  let neuron1 = neuronAt(0u, j, 1.0);
  let neuron2 = neuronAt(1u, j, 1.0);
${poisson ? '' : featureWeights(shape)}
  var states1: States;
  var states2: States;
  var kept: Kept;
  ${
    poisson
      ? ''
      : partsOf(shape, 1)
          .map((p) => `var ${repeats > 1 ? 'shown' : 'viewCurrent'}${p} = 0.0;`)
          .join(' ')
  }
  ${sumsWgsl(shape, 1)}
  ${layer2 ? sumsWgsl(shape, 2) : ''}
  ${rendering ? 'var ray1 = 0u; var ray2 = 0u; var raySpikes1 = 0u; var raySpikes2 = 0u;' : ''}
  ${shape.drops && !rendering ? 'var factor1 = 1.0; var factor2 = 1.0;' : ''}
  ${colours ? '' : 'var activityRay = NO_RAY; var activity = 0.0;'}
${talliesOf(shape, use)
  .map((name) => `  var ${name} = 0u;`)
  .join('\n')}
${skipsSilent ? '  if (j < 4u * WORDS) { atomicStore(&firing[j], 0u); }\n  workgroupBarrier();' : ''}
  for (var at = begin; at < end; at += R) {
    let count = min(R, end - at);
    ${shape.stagesRows ? stageRows(stagedVectors(shape), `sampleFeatures[${shape.vectors}u * row.x + k]`) : ''}
    ${skipsSilent ? 'var seen = 0u;' : ''}
    ${overRows(scan(shape, use, 1, poisson ? spikeProducts(shape) : repeats > 1 ? shownProducts(shape) : featureProducts(shape)) + (skipsSilent && layer2 ? markSeen : ''))}
${layer2 ? secondLayer(shape, use) : '    workgroupBarrier();'}${colours ? thirdLayer(shape, logits) : ''}
  }
${colours ? tallies(talliesOf(shape, use), rendering) : `  if (activityRay != NO_RAY) { ${storeActivity(use === 'activity 1' ? 1 : 2)} }`}
}
`,
  };
}

const NO_RAY = 'const NO_RAY = 0xffffffffu;\n';

function secondLayer(shape: NetworkShape, use: ForwardUse): string {
  return `    ${markActiveWgsl(shape)}
    workgroupBarrier();
    ${
      shape.parts[1] > 0
        ? overRows(scan(shape, use, 2, ''), productRows(shape))
        : `${productWgsl(shape, shape.tables.w2)}
    ${overRows(scan(shape, use, 2, '      let added0 = read;'), ownRows)}`
    }
    workgroupBarrier();`;
}

/**
 * An invocation takes four rows and as many neurons as there are quads of rows, then one logit of a row. `tile` has the spikes of layer 2, then the sums
 * of the first, [shares of the neurons, channels, quads].
 */
function thirdLayer(shape: NetworkShape, logits: string): string {
  const { tables, repeats, width, tileRows } = shape;
  const shares = width / (tileRows / 4);
  const channels = [0, 1, 2];
  return `
    {
      let quad = j % QUADS;
      let share = j / QUADS;
${channels.map((c) => `      var colour${c} = vec4<f32>(0.0);`).join('\n')}
      for (var n = 0u; n < QUADS * rows[3].y; n++) {
        let i = share * QUADS + n;
        let s = tile[place(i, quad)];
        let w = networkTables[${tables.w3 / 4}u + i];
${channels.map((c) => `        colour${c} += w[${c}] * s;`).join('\n')}
      }
      workgroupBarrier();
${channels.map((c) => `      tile[(share * 3u + ${c}u) * QUADS + quad] = colour${c};`).join('\n')}
      workgroupBarrier();
    }
    for (var item = j; item < 3u * R; item += W) {
      let i = item % R;
      let channel = item / R;
      if (i >= count) { continue; }
      let row = ${rowOf(shape)};
      if (row.x != GAP) {
        var sum = 0.0;
        for (var share = 0u; share < ${shares}u * rows[3].y; share++) { sum += tile[(share * 3u + channel) * QUADS + (i >> 2u)][i & 3u]; }
        ${logits}[4u * ${repeats > 1 ? '(at + i)' : 'row.x'} + channel] = sum;
      }
    }
    workgroupBarrier();`;
}

/** The counts of a task. */
function tallies(names: readonly Stat[], rendering: boolean): string {
  const vectors = Array.from({ length: Math.ceil(names.length / 4) }, (_, v) => {
    const values = Array.from({ length: 4 }, (_, c) => names[4 * v + c]);
    return `  tile[${v}u * W + j] = vec4<f32>(${values.map((name) => (name === undefined ? '0.0' : `f32(${name})`)).join(', ')});`;
  });
  return `  ${rendering ? `if (raySpikes1 > 0u) { atomicAdd(&raySpikes[ray1], raySpikes1); }\n  if (raySpikes2 > 0u) { atomicAdd(&raySpikes[ray2], raySpikes2); }` : ''}
  // Counts below 2^24 are exact as floats.
${vectors.join('\n')}
  workgroupBarrier();
  if (j == 0u) { count(${statIndex('timeSteps')}u, end - begin); }
  if (j < ${names.length}u) {
    var sum = 0.0;
    for (var i = 0u; i < rows[3].x; i++) { sum += tile[(j >> 2u) * W + i][j & 3u]; }
    count(array<u32, ${names.length}>(${names.map((name) => `${statIndex(name)}u`).join(', ')})[j], u32(sum));
  }`;
}

function keptNeuron(ray: string, layer: 1 | 2): string {
  return `keptNeurons[(2u * ${ray} + ${layer - 1}u) * W + j]`;
}

function storeActivity(layer: 1 | 2): string {
  return `${keptNeuron('activityRay', layer)} = activity;`;
}

/** Adds a row to the activity of its ray; what was found of the ray before is stored when another begins. */
function sumActivity(shape: NetworkShape, layer: 1 | 2): string {
  return `
      if (row.y >> 1u != activityRay) {
        if (activityRay != NO_RAY) { ${storeActivity(layer)} }
        activityRay = row.y >> 1u;
        activity = 0.0;
      }
      if (row.x != GAP) { activity += ${isSpiking(shape.neuron) ? 'f32(fired.spikes)' : 'fired.output'}; }`;
}

function vectorsOf(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

/** What the currents of a layer are sums of, numbered. */
function partsOf({ parts }: NetworkShape, layer: 1 | 2): number[] {
  return vectorsOf(Math.max(1, parts[layer - 1]));
}

/** The neuron's decaying sums and their decays. */
function sumsWgsl({ parts, tables, decays }: NetworkShape, layer: 1 | 2): string {
  return vectorsOf(parts[layer - 1])
    .map((p) => {
      const decay = `let decay${layer}_${p} = table(${layer === 1 ? tables.decays1 : tables.decays2}u + ${p}u * W + j);`;
      return `var sum${layer}_${p} = 0.0; ${decays ? decay : ''}`;
    })
    .join('\n  ');
}

/** `current` of the products `added0`, ... of the row. */
function currentWgsl({ parts, decays }: NetworkShape, layer: 1 | 2): string {
  const sums = vectorsOf(parts[layer - 1]);
  if (sums.length === 0) return '      let current = added0;';
  return `${sums.map((p) => `      sum${layer}_${p} = ${decays ? `decay${layer}_${p} * sum${layer}_${p} + ` : ''}added${p};`).join('\n')}
      let current = ${sums.map((p) => `sum${layer}_${p}`).join(' + ')};`;
}

/** The invocation's weights of the features in vectors; what is behind the last feature has weight 0. */
function featureWeights(shape: NetworkShape): string {
  const { features, vectors, columns, tables } = shape;
  return partsOf(shape, 1)
    .map(
      (p) => `  var own${p}: array<f32, ${4 * vectors}>;
  for (var c = 0u; c < ${features}u * rows[3].y; c++) { own${p}[c] = table(${tables.w1}u + c * ${columns[0]}u + ${p}u * W + j); }
${vectorsOf(vectors)
  .map((k) => `  let weights${p}_${k} = vec4<f32>(${[0, 1, 2, 3].map((c) => `own${p}[${4 * k + c}]`).join(', ')});`)
  .join('\n')}`,
    )
    .join('\n');
}

const markSeen = `
      if (value != 0.0) { seen |= 1u << (i / (4u * GROUP_QUADS)); }`;

/** Vectors of a row that are staged: with spikes as inputs none. */
function stagedVectors({ poisson, vectors }: NetworkShape): number {
  return poisson ? 0 : vectors;
}

/** Row `i` of the tile. */
function rowOf({ stagesRows }: NetworkShape): string {
  return stagesRows ? 'stagedRows[i]' : 'rows[FIRST_ROW + at + i]';
}

/** The features of row `i` of the tile times the invocation's weights. */
function featurePart({ vectors, stagesRows }: NetworkShape, part: number): string {
  const feature = (k: number): string => (stagesRows ? stagedVector(vectors, 'i', k) : `sampleFeatures[${vectors}u * row.x + ${k}u]`);
  return vectorsOf(vectors)
    .map((k) => `dot(${feature(k)}, weights${part}_${k})`)
    .join(' + ');
}

function featureProducts(shape: NetworkShape): string {
  const parts = partsOf(shape, 1);
  return `${parts.map((p) => `      var added${p} = 0.0;`).join('\n')}
      if (row.x != GAP) {
${parts.map((p) => `        added${p} = viewCurrent${p} + ${featurePart(shape, p)};`).join('\n')}
      }`;
}

/** Repeats of a sample have the same input: it is computed at the first. */
function shownProducts(shape: NetworkShape): string {
  return partsOf(shape, 1)
    .map((p) => `      let added${p} = shown${p};`)
    .join('\n');
}

function spikeProducts(shape: NetworkShape): string {
  const parts = partsOf(shape, 1);
  const word = (component: 'x' | 'y', first: number): string => `      bits = inputSpikes[r].${component};
      while (bits != 0u) {
        let w = ${shape.tables.w1}u + (${first}u + firstTrailingBit(bits)) * ${shape.columns[0]}u + j;
${parts.map((p) => `        added${p} += table(w + ${p}u * W);`).join('\n')}
        bits &= bits - 1u;
      }`;
  return `${parts.map((p) => `      var added${p} = 0.0;`).join('\n')}\n      var bits = 0u;\n${word('x', 0)}\n${word('y', 32)}`;
}

/** Row i of the tile in one layer: charge, fire, reset. `input` defines `added0`, ..., the products of the row. */
function scan(shape: NetworkShape, use: ForwardUse, layer: 1 | 2, input: string): string {
  const rendering = use === 'rendering';
  const measures = use === `activity ${layer}`;
  const drops = shape.drops && !rendering && !measures;
  const values = Array.from({ length: 1 + shape.sizes.kept }, (_, k) => {
    const value = k === 0 ? 'fired.potential' : `kept[${k - 1}]`;
    return `      potentials[${potentialAt(shape, 'r', layer === 1 ? 0 : 1, k)}] = ${value};`;
  });
  const sums = vectorsOf(shape.parts[layer - 1]);
  values.push(
    ...sums.map((p) => `      potentials[${potentialAt(shape, 'r', layer === 1 ? 0 : 1, firstSum(shape) + p)}] = sum${layer}_${p};`),
  );
  const newRay = rendering
    ? `        if (raySpikes${layer} > 0u) { atomicAdd(&raySpikes[ray${layer}], raySpikes${layer}); }
        raySpikes${layer} = 0u;
        ray${layer} = row.y >> 1u;`
    : '';
  const viewPart = (p: number): string => `viewCurrents[(row.y >> 1u) * ${shape.columns[0]}u + ${p}u * W + j]`;
  const begin =
    shape.repeats > 1
      ? partsOf(shape, 1)
          .map((p) => `        shown${p} = ${viewPart(p)} + ${featurePart(shape, p)};`)
          .join('\n')
      : partsOf(shape, 1)
          .map((p) => `        viewCurrent${p} = ${viewPart(p)};`)
          .join('\n');
  return `      let r = at + i;
      let row = ${rowOf(shape)};
      if ((row.y & 1u) != 0u) {
        states${layer} = States();
${shape.decays ? sums.map((p) => `        sum${layer}_${p} = 0.0;`).join('\n') : ''}
${layer === 1 && !shape.poisson ? begin : ''}
${newRay}
${drops ? `        factor${layer} = ${keptNeuron('(row.y >> 1u)', layer)};` : ''}
      }
${input}
${currentWgsl(shape, layer)}
      let fired = stepNeuron(neuron${layer}, current, &states${layer}, &kept);
      value = fired.output${drops ? ` * factor${layer}` : ''};
      spikes${layer} += fired.spikes;
      active${layer} += select(0u, 1u, fired.fires);
      negative${layer} += select(0u, 1u, fired.negative);
      bits${layer} += countOneBits(fired.spikes);
${talliesOf(shape, use).includes(`shownSpikes${layer}`) ? `      shownSpikes${layer} += select(fired.spikes, 0u, row.x == GAP);\n` : ''}${rendering ? `      raySpikes${layer} += fired.spikes;` : use === 'training' ? values.join('\n') : measures ? sumActivity(shape, layer) : ''}`;
}
