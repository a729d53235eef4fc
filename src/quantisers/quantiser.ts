/**
 * A quantiser: what a layer's matrix looks like to the kernels, as an expression of the weight that training changes (its raw value).
 *
 *     seen = value(raw, parameters, states)        d loss / d raw = d loss / d seen * d value / d raw,   and so for the parameters
 *
 * Roundings pass gradients through with `straightThrough`. Kernels see values alone: the chain rule and Adam on raw values are the host's.
 */
import type { Expr } from '../neurons/graph.ts';
import { leaf } from '../neurons/graph.ts';
import { rawLeaf, type Parameter } from '../neurons/parameters.ts';

/** Something measured of all raw weights of a matrix; a constant in the gradient. */
export interface QuantiserState {
  readonly description: string;
  /** After the weights were written, and after every training step. `before` is NaN the first time. */
  next(weights: Float32Array, before: number): number;
}

/** Learned bits of a quantiser, one number for the matrix. */
export interface LearnedBits {
  readonly parameter: string;
  readonly step: string;
  /** The largest magnitude of weights of so many bits, in steps. */
  largest(bits: number): number;
}

export interface Quantiser {
  readonly name: string;
  readonly description: string;
  /** Scope `layer`: one value for the matrix; `channel`: one for each output. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly states: Readonly<Record<string, QuantiserState>>;
  readonly value: Expr;
  /** Where the bits of a weight are learned: which parameter they are, and which is the distance of two values. */
  readonly bits: LearnedBits | null;
  /** Values of learned parameters that follow from the weights which training begins with. */
  start(weights: Float32Array): Readonly<Record<string, number>>;
}

/** What an author writes: the value in terms of the raw weight, and of parameters and states by name. */
export interface QuantiserRecipe extends Pick<Quantiser, 'name' | 'description'> {
  readonly parameters?: Quantiser['parameters'];
  readonly states?: Quantiser['states'];
  readonly bits?: LearnedBits;
  readonly start?: Quantiser['start'];
  value(raw: Expr, values: Readonly<Record<string, Expr>>): Expr;
}

export function defineQuantiser({ name, description, parameters = {}, states = {}, bits, start, value }: QuantiserRecipe): Quantiser {
  const twice = Object.keys(parameters).find((key) => Object.hasOwn(states, key));
  if (twice !== undefined) throw new RangeError(`The quantiser ${name} has a parameter and a state named ${twice}.`);
  for (const key of [...Object.keys(parameters), ...Object.keys(states)])
    if (!/^[a-z][a-zA-Z0-9]+$/.test(key))
      throw new RangeError(`The quantiser ${name} has a value named ${key}; expected letters and digits, at least two, a small one first.`);
  const leaves = Object.fromEntries([
    ...Object.keys(parameters).map((key) => [key, parameterLeaf(key, parameters[key])] as const),
    ...Object.keys(states).map((key) => [key, stateLeaf(key)] as const),
  ]);
  for (const key of bits === undefined ? [] : [bits.parameter, bits.step])
    if (!Object.hasOwn(parameters, key) || parameters[key].learned === null)
      throw new RangeError(`The quantiser ${name} learns no parameter named ${key}.`);
  return { name, description, parameters, states, value: value(rawLeaf, leaves), bits: bits ?? null, start: start ?? (() => ({})) };
}

export function parameterLeaf(name: string, { scope }: Parameter): Expr {
  return leaf('param', name, scope === 'layer');
}

export function stateLeaf(name: string): Expr {
  return leaf('state', name, true);
}
