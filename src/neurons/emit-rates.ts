/**
 * From a neuron to AssemblyScript for back-propagation through rates (compile-rates.ts): one time step of all rows, each a sample with states of
 * its own, and what a gradient of its mean output becomes. What a row carries from step to step, rows of width floats:
 *
 *     [ states   sum of outputs   of each direction: tangents of the states, sums of d output, of d events ]
 *
 * so that memory and the backward pass do not depend on the number of time steps. Compared with tfjs in test/conformance and with
 * back-propagation through time where both are equal (test/neurons/rates.test.ts).
 */
import { carriedRows, compileRates, CURRENT, directionsOf, tangentLeaf } from './compile-rates.ts';
import { inputLeaf, potentialLeaf, type NeuronDefinition } from './define-neuron.ts';
import { bindParameters, rowsFrom, scanWithLists, sizeAndMask, spikeLists } from './emit-assemblyscript.ts';
import { identifier } from './export-name.ts';
import { leaf, type Expr } from './graph.ts';
import { parameterPlaces } from './scan-layout.ts';
import { levelsOf } from './staircase.ts';
import type { SurrogateName } from './surrogates.ts';
import { hoist, Writer } from './write-vectors.ts';

/** Where the rows of a direction begin. */
function firstRow({ states }: NeuronDefinition, direction: number): number {
  return states.length + 1 + direction * (states.length + 2);
}

export function rateStepName(definition: NeuronDefinition, surrogate: SurrogateName): string {
  return `${identifier(definition)}Rates_${surrogate.replace(/-/g, '_')}`;
}

export function emitRateStep(definition: NeuronDefinition, surrogate: SurrogateName): string {
  const { states } = definition;
  const levels = levelsOf(definition);
  const { potential, next, output, directions, ...forward } = compileRates(definition, surrogate);
  const fired = levels === null ? forward.fired : sizeAndMask(levels);
  const roots = [potential, ...fired, output, ...next, ...directions.flatMap((each) => [each.output, each.events, ...each.next])];
  const bindings = new Map<Expr, string>();
  bindParameters(definition, (at, code) => bindings.set(at, code));
  const outside = hoist(roots, bindings);
  const writer = new Writer(outside.names, '_');
  const at = (row: number): string => rowsFrom('c + j', row);
  writer.define(inputLeaf, 'v128.load(x + j)');
  states.forEach((state, k) => writer.define(leaf('state', state), `v128.load(${at(k)})`));
  directions.forEach(({ name }, d) =>
    states.forEach((state, k) => writer.define(tangentLeaf(name, state), `v128.load(${at(firstRow(definition, d) + k)})`)),
  );
  for (const [param, code] of bindings) if (!outside.names.has(param)) writer.define(param, code);
  writer.name(potential, 'h');
  writer.use(potentialLeaf, writer.valueOf(potential));
  const masks = fired.map((mask, k) => writer.name(mask, `s${k}`));
  if (levels !== null) writer.line(`v128.store(sizes + j, ${masks[0]});`);
  // All values first: what is stored is read by those behind it.
  const stored: [number, string][] = next.map((value, k) => [k, writer.valueOf(value)]);
  const added: [number, string][] = [[states.length, writer.valueOf(output)]];
  directions.forEach((direction, d) => {
    const first = firstRow(definition, d);
    direction.next.forEach((value, k) => stored.push([first + k, writer.valueOf(value)]));
    added.push([first + states.length, writer.valueOf(direction.output)], [first + states.length + 1, writer.valueOf(direction.events)]);
  });
  for (const [row, value] of stored) writer.line(`v128.store(${at(row)}, ${value});`);
  for (const [row, value] of added) writer.line(`v128.store(${at(row)}, f32x4.add(v128.load(${at(row)}), ${value}));`);
  return scanWithLists({
    signature: `export function ${rateStepName(definition, surrogate)}(currents: usize, carried: usize, lists: usize, counts: usize, minus: usize, values: usize, rows: i32, tally: usize, alpha: f32): void`,
    lists: spikeLists(definition, [masks]),
    outside: outside.lines,
    row: [`const x = currents + <usize>row * bytes, c = carried + <usize>row * (bytes * ${carriedRows(definition)});`],
    stride: 16,
    neurons: writer.finish(),
  });
}

export function rateBackwardName(definition: NeuronDefinition): string {
  return `${identifier(definition)}RateBackward`;
}

/** Gradients of the mean outputs of `steps` time steps become gradients of the currents; learned parameters' gradients are added up. */
export function emitRateBackward(definition: NeuronDefinition): string {
  const { states } = definition;
  const places = parameterPlaces(definition);
  const share = (direction: number): string => {
    const first = firstRow(definition, direction) + states.length;
    return `madd(mean, v128.load(${rowsFrom('c + j', first)}), f32x4.mul(extra, v128.load(${rowsFrom('c + j', first + 1)})))`;
  };
  const learned = directionsOf(definition).flatMap((name, direction) =>
    name === CURRENT ? [] : [{ ...places.find((place) => place.name === name)!, direction }],
  );
  const layerSums = learned.filter(({ channels }) => channels === null);
  return [
    `function ${rateBackwardName(definition)}(carried: usize, gradients: usize, sums: usize, rows: i32, steps: i32, penalty: f32): void {`,
    '  const bytes = <usize>width << 2, extra = f32x4.splat(penalty), part = f32x4.splat(1 / <f32>steps);',
    ...layerSums.map(({ name }) => `  let sum_${name} = f32x4.splat(0);`),
    '  for (let row = 0; row < rows; row++) {',
    `    const g = gradients + <usize>row * bytes, c = carried + <usize>row * (bytes * ${carriedRows(definition)});`,
    '    for (let j: usize = 0; j < bytes; j += 16) {',
    '      const mean = f32x4.mul(part, v128.load(g + j));',
    ...learned.map(({ name, uniform, channels, direction }) => {
      if (channels === null) return `      sum_${name} = f32x4.add(sum_${name}, ${share(direction)});`;
      const place = `${rowsFrom(`sums + ${uniform * 16}`, channels)} + j`;
      return `      v128.store(${place}, f32x4.add(v128.load(${place}), ${share(direction)}));`;
    }),
    `      v128.store(g + j, ${share(0)});`,
    '    }',
    '  }',
    ...layerSums.map(
      ({ name, uniform }) => `  v128.store(sums + ${uniform * 16}, f32x4.add(v128.load(sums + ${uniform * 16}), sum_${name}));`,
    ),
    '}',
  ].join('\n');
}
