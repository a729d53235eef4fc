/**
 * From a neuron to AssemblyScript: its scan over packed rows, forward and backward, four neurons a vector.
 *
 *     forward   per row (time step): charge, fire, reset; currents become potentials, spikes become lists of active neurons
 *     backward  the rows in reverse: d loss / d outputs becomes d loss / d currents; learned parameters' gradients are added up
 *
 * What does not change from row to row stays outside the loops. scan-layout.ts says how states, parameters and lists lie in memory;
 * assembly/neurons/README.md shows what comes out. Compared with tfjs in test/conformance and test/neurons.
 */
import {
  compileAdjoint,
  compileForward,
  eventsAdjoint,
  keptOf,
  outputAdjoint,
  potentialAdjoint,
  stateAdjoint,
  surrogateAlpha,
} from './compile-step.ts';
import { inputLeaf, potentialLeaf, type NeuronDefinition } from './define-neuron.ts';
import { identifier } from './export-name.ts';
import { ge, leaf, type Expr } from './graph.ts';
import { hoist, Writer } from './write-vectors.ts';
import { parameterPlaces } from './scan-layout.ts';
import { closedLevels, inClosedForm, levelsOf } from './staircase.ts';
import { simplify } from './simplify.ts';
import type { SurrogateName } from './surrogates.ts';

/** Vectors that the forward scan does at once: their comparisons make one word of 16 bits. */
const UNROLL = 4;

/** Vectors that the backward scan does at once, line by line in turn: the long chain of the surrogate waits less (a tenth of its time). */
const UNROLL_BACKWARD = 2;

/** Byte offset of a state, a kept value or a parameter, as code: a multiple of a row. */
export function rowsFrom(base: string, count: number): string {
  return count === 0 ? base : count === 1 ? `${base} + bytes` : `${base} + ${count} * bytes`;
}

/** Immediate offset of a load or store of the i-th vector. */
function offset(i: number): string {
  return i === 0 ? '' : `, ${16 * i}`;
}

function paramLeaf(definition: NeuronDefinition, name: string): Expr {
  return leaf('param', name, definition.parameters[name].scope === 'layer');
}

/** Where each parameter is read: uniform ones once a call, the others at neuron j. */
export function bindParameters(definition: NeuronDefinition, bind: (leaf: Expr, code: string) => void): void {
  for (const { name, uniform, channels } of parameterPlaces(definition)) {
    const code = channels === null ? `splat(values + ${uniform * 16})` : `v128.load(${rowsFrom(`values + ${uniform * 16}`, channels)} + j)`;
    bind(paramLeaf(definition, name), code);
  }
  bind(surrogateAlpha, 'f32x4.splat(alpha)');
}

export function emitForward(definition: NeuronDefinition): string {
  const { states } = definition;
  const levels = levelsOf(definition);
  const { potential, fired, next } =
    levels === null ? compileForward(definition) : { ...compileForward(inClosedForm(definition, levels)), fired: sizeAndMask(levels) };
  const kept = keptOf(definition);
  const bindings = new Map<Expr, string>();
  bindParameters(definition, (at, code) => bindings.set(at, code));
  const outside = hoist([potential, ...fired, ...next], bindings);

  const copies = Array.from({ length: UNROLL }, (_, i) => {
    const at = offset(i);
    const writer = new Writer(outside.names, `_${i}`);
    writer.define(inputLeaf, `v128.load(x + j${at})`);
    states.forEach((state, k) => writer.define(leaf('state', state), `v128.load(${rowsFrom('states + j', k)}${at})`));
    for (const [param, code] of bindings) if (!outside.names.has(param)) writer.define(param, code.replace(/\)$/, `${at})`));
    writer.name(potential, 'h');
    writer.use(potentialLeaf, writer.valueOf(potential));
    const masks = fired.map((mask, k) => writer.name(mask, `s${k}`));
    if (levels !== null) writer.line(`v128.store(sizes + j, ${masks[0]}${at});`);
    const stored = next.map((value) => writer.valueOf(value));
    kept.forEach((value, k) =>
      writer.line(`v128.store(${rowsFrom('keep + j', k)}${at ? at.replace(', ', ` + `) : ''}, ${writer.valueOf(value)});`),
    );
    writer.line(`v128.store(x + j, ${writer.valueOf(potential)}${at});`);
    states.forEach((_state, k) => writer.line(`v128.store(${rowsFrom('states + j', k)}, ${stored[k]}${at});`));
    return { lines: writer.finish(), masks };
  });
  const lists = spikeLists(
    definition,
    copies.map(({ masks }) => masks),
  );
  return scanWithLists({
    signature: `function ${identifier(definition)}Forward(currents: usize, starts: usize, states: usize, lists: usize, counts: usize, minus: usize, saved: usize, values: usize, rows: i32, tally: usize): void`,
    lists,
    outside: outside.lines,
    row: [
      states.length > 0 ? `if (load<u8>(starts + <usize>row)) zeroFloats(states, width * ${states.length});` : '',
      'const x = currents + <usize>row * bytes;',
      kept.length > 0 ? `const keep = saved + <usize>row * (bytes * ${kept.length});` : '',
    ],
    stride: 64,
    neurons: copies.flatMap(({ lines }) => lines),
  });
}

/** What is listed of a neuron with spikes of several sizes: the size, and whether it is not 0. */
export function sizeAndMask(levels: number): Expr[] {
  const [size, fires] = simplify([closedLevels(levels), ge(potentialLeaf, 0.5)]);
  return [size, fires];
}

interface ScanText {
  readonly signature: string;
  readonly lists: SpikeLists;
  /** Code before the rows, at the beginning of a row, and at each `stride` bytes of its neurons. */
  readonly outside: readonly string[];
  readonly row: readonly string[];
  readonly stride: number;
  readonly neurons: readonly string[];
}

/** A function over rows of neurons that lists and counts their spikes. */
export function scanWithLists({ signature, lists, outside, row, stride, neurons }: ScanText): string {
  return [
    `${signature} {`,
    '  const bytes = <usize>width << 2;',
    ...lists.declared,
    ...outside.map((line) => `  ${line}`),
    '  for (let row = 0; row < rows; row++) {',
    ...lists.begun,
    ...row.filter((line) => line !== '').map((line) => `    ${line}`),
    `    for (let j: usize = 0; j < bytes; j += ${stride}) {`,
    ...neurons.map((line) => `      ${line}`),
    ...lists.extended,
    '    }',
    ...lists.ended,
    '  }',
    ...lists.counted,
    '}',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Code that lists a row's spikes and counts them, at the places of a scan where it belongs. */
export interface SpikeLists {
  /** Before the rows; at the beginning of a row; at each vector of neurons, or at several at once; at the end of a row; after the rows. */
  readonly declared: readonly string[];
  readonly begun: readonly string[];
  readonly extended: readonly string[];
  readonly ended: readonly string[];
  readonly counted: readonly string[];
}

/** One word of bits from masks of vectors that are done at once. */
function bitsOf(masks: readonly string[]): string {
  return masks.map((mask, i) => (i === 0 ? `i32x4.bitmask(${mask})` : `(i32x4.bitmask(${mask}) << ${4 * i})`)).join(' | ');
}

/** Neurons whose bits make one word: loops over few bits end where no processor foresees it, so that there are few of them. */
const WORD = 64;

/** Code that collects the bits of neurons done at once in words, and runs `use` for each full word or the last of a row. */
function collected(words: readonly string[], masks: readonly (readonly string[])[], use: readonly string[]): string[] {
  const stride = 16 * masks.length;
  return [
    ...words.map((word, k) => `${word} |= <u64>(${bitsOf(masks.map((copy) => copy[k]))}) << <u64>((j >> 2) & ${WORD - 1});`),
    `if (((j + ${stride}) & ${4 * WORD - 1}) == 0 || j + ${stride} == bytes) {`,
    `  const firstNeuron = <i32>(j >> 2) & ~${WORD - 1};`,
    ...use.map((line) => `  ${line}`),
    ...words.map((word) => `  ${word} = 0;`),
    '}',
  ].map((line) => `      ${line}`);
}

/**
 * @param copies of each vector that is done at once, names of the masks of the neuron's terms; where spikes have several sizes, of the size, which
 *   lies at `sizes`, and of the mask where it is not 0
 */
export function spikeLists(definition: NeuronDefinition, copies: readonly (readonly string[])[]): SpikeLists {
  return levelsOf(definition) === null ? listsOfTerms(definition, copies) : listsOfSizes(copies.map(([, fires]) => [fires]));
}

/** Entries (sparse-rows.ts), one for a neuron that fires, whatever the size of its spike. */
function listsOfSizes(fires: readonly (readonly string[])[]): SpikeLists {
  return {
    declared: ['  let active = 0, ones = 0, p = lists;'],
    begun: ['    let spikes = 0;', '    let bits: u64 = 0;'],
    extended: collected(['bits'], fires, [
      'active += <i32>popcnt(bits);',
      'for (; bits; bits &= bits - 1) {',
      '  const column = firstNeuron + <i32>ctz(bits);',
      '  const size = load<f32>(sizes + (<usize>column << 2));',
      '  p = appendEntry(p, column, size);',
      '  spikes += <i32>size;',
      '  ones += popcnt(<i32>size);',
      '}',
    ]),
    ended: ['    store<i32>(counts + (<usize>row << 2), spikes);', '    store<u32>(minus + (<usize>row << 2), <u32>p);'],
    counted: ['  count(tally, 0, <f64>active);', '  count(tally, 2, <f64>ones);'],
  };
}

function listsOfTerms({ name, terms }: NeuronDefinition, copies: readonly (readonly string[])[]): SpikeLists {
  const words = terms.map((_, k) => `bits${k}`);
  const signed = terms.some(({ sign }) => sign < 0);
  const fires = (which: typeof terms): string => which.map((term) => `bits${terms.indexOf(term)}`).join(' | ');
  // A single positive term needs no tally: the list's length says how many fired.
  const tallied = terms.length > 1 || signed;
  const tallies = [
    tallied ? `active += <i32>popcnt(${fires(terms)});` : '',
    signed ? `negatives += <i32>popcnt(${fires(terms.filter(({ sign }) => sign < 0))});` : '',
  ];
  // One or two levels, or a sign and one level, have a one in binary wherever they fire.
  const manyLevels = terms.filter(({ sign }) => sign > 0).length > 2;
  if (manyLevels && signed) throw new RangeError(`${name}: spikes of several sizes cannot have a sign`);
  const level = (masks: readonly string[]): string => `i32x4.neg(${masks.reduce((sum, mask) => `i32x4.add(${sum}, ${mask})`)})`;
  const ones = manyLevels ? copies.map((masks) => `      ones = i32x4.add(ones, i8x16.popcnt(${level(masks)}));`) : [];
  const lists = terms.map(({ sign }, k) =>
    sign > 0 ? `p = appendActive(p, firstNeuron, bits${k});` : `q = prependActive(q, firstNeuron, bits${k});`,
  );
  const sum = '(i32x4.extract_lane(ones, 0) + i32x4.extract_lane(ones, 1) + i32x4.extract_lane(ones, 2) + i32x4.extract_lane(ones, 3))';
  return {
    declared: [
      '  const listStride = <usize>listBytes;',
      '  let active = 0, negatives = 0;',
      manyLevels ? '  let ones = i32x4.splat(0);' : '',
    ],
    begun: [
      '    const first = lists + <usize>row * listStride;',
      '    let p = first;',
      signed ? '    let q = first + listStride;' : '',
      ...words.map((word) => `    let ${word}: u64 = 0;`),
    ],
    extended: [
      ...ones,
      ...collected(
        words,
        copies,
        [...tallies, ...lists].filter((line) => line !== ''),
      ),
    ],
    ended: [
      signed ? '    const negative = <i32>((first + listStride - q) >> 1);' : '',
      signed ? '    store<i32>(minus + (<usize>row << 2), negative);' : '',
      `    store<i32>(counts + (<usize>row << 2), <i32>((p - first) >> 1)${signed ? ' + negative' : ''});`,
      tallied ? '' : '    active += <i32>((p - first) >> 1);',
    ],
    counted: [
      '  count(tally, 0, <f64>active);',
      '  count(tally, 1, <f64>negatives);',
      `  count(tally, 2, <f64>${manyLevels ? sum : 'active'});`,
    ],
  };
}

/** Name of a backward scan; a driven one also takes what the loss's terms of the potentials add, and costs some hundredths more. */
export function backwardName(definition: NeuronDefinition, surrogate: SurrogateName, driven: boolean): string {
  return `${identifier(definition)}Backward_${surrogate.replace(/-/g, '_')}${driven ? '_driven' : ''}`;
}

/** A scan, and where there is a closed form of a surrogate of steepness 1 another one for that, to which it leads. */
export function emitBackward(definition: NeuronDefinition, surrogate: SurrogateName, driven: boolean): string {
  const levels = levelsOf(definition),
    name = backwardName(definition, surrogate, driven);
  // The forward scan lays them out; a closed form that is read alike may come to them in another order.
  const kept = keptOf(definition);
  if (levels === null || surrogate !== 'triangle') return emitBackwardScan(definition, kept, surrogate, driven, name);
  const closed = emitBackwardScan(inClosedForm(definition, levels), kept, surrogate, driven, `${name}_closed`);
  const first = `  if (alpha == 1) return ${name}_closed(${BACKWARD.replace(/: \w+/g, '')}, alpha);`;
  return `${closed}\n${emitBackwardScan(definition, kept, surrogate, driven, name, first)}`;
}

/** Arguments of a backward scan, followed by the surrogate's steepness. */
export const BACKWARD =
  'potentials: usize, gradients: usize, starts: usize, real: usize, carry: usize, saved: usize, values: usize, sums: usize, rows: i32, penalty: f32, drives: usize';

/** @param kept what the forward scan has kept. Throws RangeError if the adjoint reads more. */
function emitBackwardScan(
  definition: NeuronDefinition,
  kept: ReturnType<typeof keptOf>,
  surrogate: SurrogateName,
  driven: boolean,
  name: string,
  first = '',
): string {
  const { states } = definition;
  const adjoint = compileAdjoint(definition, surrogate, driven);
  const roots = [adjoint.input, ...adjoint.states, ...adjoint.parameters.values()];
  const bindings = new Map<Expr, string>();
  bindParameters(definition, (at, code) => bindings.set(at, code));
  const outside = hoist(roots, bindings);

  const places = parameterPlaces(definition);
  const sums = [...adjoint.parameters.keys()].map((name) => places.find((place) => place.name === name)!);
  const copies = Array.from({ length: UNROLL_BACKWARD }, (_, i) => {
    const at = offset(i);
    const writer = new Writer(outside.names, `_${i}`);
    writer.define(potentialLeaf, `v128.load(h + j${at})`);
    writer.define(outputAdjoint, `v128.load(g + j${at})`);
    writer.use(eventsAdjoint, 'extra');
    writer.define(potentialAdjoint, `v128.load(drive + j${at})`);
    states.forEach((state, k) => writer.define(stateAdjoint(state), `v128.load(${rowsFrom('carry + j', k)}${at})`));
    kept.forEach((value, k) => writer.define(value, `v128.load(${rowsFrom('keep + j', k)}${at})`));
    for (const [param, code] of bindings) if (!outside.names.has(param)) writer.define(param, code.replace(/\)$/, `${at})`));
    const results = roots.map((root) => writer.valueOf(root));
    writer.line(`v128.store(g + j, ${results[0]}${at});`);
    states.forEach((_state, k) => writer.line(`v128.store(${rowsFrom('carry + j', k)}, ${results[1 + k]}${at});`));
    sums.forEach(({ name, uniform, channels }, k) => {
      const share = results[1 + states.length + k];
      const place = channels === null ? '' : `${rowsFrom(`sums + ${uniform * 16}`, channels)} + j`;
      if (channels === null) writer.line(`sum_${name} = f32x4.add(sum_${name}, ${share});`);
      else writer.line(`v128.store(${place}, f32x4.add(v128.load(${place}${at}), ${share})${at});`);
    });
    return writer.finish();
  });
  const layerSums = sums.filter(({ channels }) => channels === null);
  return [
    // Exported, so that the optimiser leaves each scan a function of its own instead of moving all into one, which runs slower.
    `export function ${name}(${BACKWARD}, alpha: f32): void {`,
    first,
    '  const bytes = <usize>width << 2;',
    ...outside.lines.map((line) => `  ${line}`),
    ...layerSums.map(({ name }) => `  let sum_${name} = f32x4.splat(0);`),
    states.length > 0 ? `  zeroFloats(carry, width * ${states.length});` : '',
    '  for (let row = rows - 1; row >= 0; row--) {',
    '    const h = potentials + <usize>row * bytes, g = gradients + <usize>row * bytes, drive = drives + <usize>row * bytes;',
    kept.length > 0 ? `    const keep = saved + <usize>row * (bytes * ${kept.length});` : '',
    '    const extra = f32x4.splat(load<u8>(real + <usize>row) ? penalty : 0);',
    `    for (let j: usize = 0; j < bytes; j += ${16 * UNROLL_BACKWARD}) {`,
    ...copies[0].flatMap((_, line) => copies.map((copy) => `      ${copy[line]}`)),
    '    }',
    states.length > 0 ? `    if (load<u8>(starts + <usize>row)) zeroFloats(carry, width * ${states.length});` : '',
    '  }',
    ...layerSums.map(
      ({ name, uniform }) => `  v128.store(sums + ${uniform * 16}, f32x4.add(v128.load(sums + ${uniform * 16}), sum_${name}));`,
    ),
    '}',
  ]
    .filter((line) => line !== '')
    .join('\n');
}
