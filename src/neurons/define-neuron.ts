/**
 * A neuron is three moves in every time step, with parameters and states (docs/neurons.md):
 *
 *     H = charge(X, states)      S = fire(H)      states' = reset(H, S)          states start at 0
 *
 * X: input current, H: potential before firing, S: the spikes, a small integer written as a sum of steps `spike(H, threshold)` with signs.
 * Without a spike in it, S is an analogue output (ReLU). All else, on every backend, is generated from this description.
 */
import { add, constant, inOrder, leaf, leavesOf, mul, type Expr, type Operand } from './graph.ts';
import { learnedOf, type Parameter } from './parameters.ts';
import type { SurrogateName } from './surrogates.ts';

export type Values<K extends string> = Readonly<Record<K, Expr>>;

export interface NeuronText<P extends string, V extends string = 'v'> {
  /** Lower case letters, digits and dashes. */
  readonly name: string;
  readonly summary: string;
  /** Paper and equation, or code. */
  readonly source: string;
  readonly parameters: Readonly<Record<P, Parameter>>;
  /** Default: one, `v`. */
  readonly states?: readonly V[];
  charge(at: { readonly x: Expr; readonly state: Values<V>; readonly p: Values<P> }): Expr;
  fire(at: { readonly h: Expr; readonly p: Values<P> }): Expr;
  reset(at: {
    readonly h: Expr;
    readonly s: Expr;
    readonly x: Expr;
    readonly state: Values<V>;
    readonly p: Values<P>;
  }): Readonly<Record<V, Operand>>;
  /** The output is this parameter (of a layer) times the spikes. */
  readonly amplitude?: NoInfer<P>;
  /** The learned parameter (of a layer) that is the bits of a spike, where bits are learned. */
  readonly bits?: NoInfer<P>;
  readonly surrogate: { readonly name: SurrogateName; readonly alpha: number };
}

/** One of the steps that make up the spikes: sign * 1[potential >= threshold]. */
export interface SpikeTerm {
  readonly sign: 1 | -1;
  readonly spike: Extract<Expr, { kind: 'binary' }>;
}

export interface NeuronDefinition {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly states: readonly string[];
  readonly surrogate: NeuronText<string>['surrogate'];
  readonly amplitude: string | null;
  readonly bits: string | null;
  /** Empty for an analogue output. */
  readonly terms: readonly SpikeTerm[];
  /** H, of the leaves input x, states and parameters. */
  readonly potential: Expr;
  /** S times the amplitude, and the number of spikes (of both signs), of the leaf potential h and parameters. */
  readonly output: Expr;
  readonly events: Expr;
  /** The next states, of all leaves. */
  readonly next: readonly Expr[];
}

export const inputLeaf = leaf('input', 'x');
export const potentialLeaf = leaf('potential', 'h');

/** Throws RangeError for a description that cannot work. */
export function defineNeuron<P extends string, V extends string = 'v'>(text: NeuronText<P, V>): NeuronDefinition {
  const { name, parameters } = text;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new RangeError(`neuron name "${name}": expected lower case letters, digits and dashes`);
  const states = text.states ?? (['v'] as unknown as readonly V[]);
  const p = leaves('param', Object.keys(parameters) as P[], (key) => parameters[key].scope === 'layer');
  const state = leaves('state', states, () => false);
  for (const key of Object.keys(parameters)) {
    if (!/^[a-z][a-zA-Z0-9]+$/.test(key)) throw new RangeError(`${name}: parameter "${key}": expected two or more letters and digits`);
  }
  const potential = text.charge({ x: inputLeaf, state, p });
  const spikes = text.fire({ h: potentialLeaf, p });
  const terms = spikeTerms(name, spikes);
  const after = text.reset({ h: potentialLeaf, s: spikes, x: inputLeaf, state, p });
  const definition: NeuronDefinition = {
    name,
    summary: text.summary,
    source: text.source,
    parameters,
    states,
    surrogate: text.surrogate,
    amplitude: text.amplitude ?? null,
    bits: text.bits ?? null,
    terms,
    potential,
    output: text.amplitude === undefined ? spikes : mul(p[text.amplitude], spikes),
    events: terms.length === 0 ? spikes : sumOf(terms.map(({ spike }) => spike)),
    next: states.map((key) => toExpr(after[key])),
  };
  checkLeaves(definition);
  return definition;
}

export function hasMemory({ states }: NeuronDefinition): boolean {
  return states.length > 0;
}

/** Whether its outputs are spikes and not real numbers. */
export function isSpiking({ terms }: NeuronDefinition): boolean {
  return terms.length > 0;
}

/** The learned parameters, in order. */
export function learnedParameters({ parameters }: NeuronDefinition): ReturnType<typeof learnedOf> {
  return learnedOf(parameters);
}

function leaves<K extends string>(kind: 'param' | 'state', names: readonly K[], isUniform: (name: K) => boolean): Values<K> {
  return Object.fromEntries(names.map((name) => [name, leaf(kind, name, isUniform(name))])) as Values<K>;
}

function toExpr(value: Operand): Expr {
  return typeof value === 'number' ? constant(value) : value;
}

function sumOf(parts: readonly Expr[]): Expr {
  return parts.reduce((sum, part) => add(sum, part));
}

function spikeTerms(name: string, spikes: Expr): SpikeTerm[] {
  if (!inOrder([spikes]).some((node) => node.kind === 'binary' && node.op === 'spike')) return [];
  const terms: SpikeTerm[] = [];
  const collect = (node: Expr, sign: 1 | -1): void => {
    const opposite = sign === 1 ? -1 : 1;
    if (node.kind === 'binary' && node.op === 'spike') terms.push({ sign, spike: node });
    // The spikes with another gradient.
    else if (node.kind === 'binary' && node.op === 'straightThrough') collect(node.args[0], sign);
    else if (node.kind === 'binary' && (node.op === 'add' || node.op === 'sub')) {
      collect(node.args[0], sign);
      collect(node.args[1], node.op === 'add' ? sign : opposite);
    } else if (node.kind === 'unary' && node.op === 'neg') collect(node.args[0], opposite);
    else throw new RangeError(`${name}: the spikes have to be a sum of spike(potential, threshold), each added or subtracted once`);
  };
  collect(spikes, 1);
  return terms;
}

function checkLeaves({ name, potential, output }: NeuronDefinition): void {
  if (leavesOf([potential]).some(({ leaf: kind }) => kind === 'potential'))
    throw new RangeError(`${name}: charge cannot read the potential`);
  for (const { leaf: kind, name: key } of leavesOf([output])) {
    if (kind !== 'potential' && kind !== 'param') throw new RangeError(`${name}: fire may read the potential and parameters, not ${key}`);
  }
}
