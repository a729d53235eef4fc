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

/** Something measured of all raw weights of a matrix, after they were written and after every training step; a constant in the gradient. */
export type QuantiserState = NumberState | MatrixState;

/** One number, which may follow the weights slowly. */
export interface NumberState {
  readonly description: string;
  /** @param before NaN the first time */
  next(weights: Float32Array, before: number): number;
}

/** A number for each output (`channel`) or weight, a function of the weights as they are. */
export interface MatrixState {
  readonly description: string;
  readonly scope: 'channel' | 'weight';
  /** @param weights [in,out] */
  measure(weights: Float32Array, inputs: number, outputs: number): Float32Array;
}

/** How files hold codes [in,out] in few bytes. */
export interface CodeForm {
  bytes(inputs: number, outputs: number): number;
  /** null for codes that the form cannot hold. */
  pack(codes: Float32Array, inputs: number, outputs: number): Uint8Array<ArrayBuffer> | null;
  /** null for bytes, as many as there should be, that stand for no codes. */
  unpack(bytes: Uint8Array, inputs: number, outputs: number): Float32Array | null;
}

/** Weights that are seen as codes, multiples of a half, times a size: where nobody trains on, files hold these in place of the raw weights. */
export interface StoredCodes {
  /** The state of scope `weight` that the codes are; missing: they follow from what is seen. */
  readonly state?: string;
  /** The parameter or state that is the size, of the matrix or of each output. */
  readonly size: string;
  /** @param bits of a weight */
  form(bits: number): CodeForm;
}

/** Numbers of a state of a matrix [in,out]. */
export function stateLength(state: QuantiserState, [inputs, outputs]: readonly number[]): number {
  if (!('scope' in state)) return 1;
  return state.scope === 'channel' ? outputs : inputs * outputs;
}

/** @param before what was measured last; NaN: nothing yet */
export function measureState(
  state: QuantiserState,
  weights: Float32Array,
  before: Float32Array,
  [inputs, outputs]: readonly number[],
): Float32Array {
  return 'scope' in state ? state.measure(weights, inputs, outputs) : Float32Array.of(state.next(weights, before[0]));
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
  /** Bits of a stored weight where they are fixed; null: they are learned, or 32. */
  readonly storedBits: number | null;
  /** null: files hold raw weights. */
  readonly codes: StoredCodes | null;
  /**
   * Whether so little is left of a weight that an ANN's have to be moved and scaled, output by output, before they are seen (model/fit-quantised.ts). What
   * is seen of an output's weights grows with them; it may depend on the other outputs' too, but not on their factors.
   */
  readonly coarse: boolean;
  /** Values of learned parameters that follow from the weights which training begins with. */
  start(weights: Float32Array): Readonly<Record<string, number>>;
}

/** What an author writes: the value in terms of the raw weight, and of parameters and states by name. */
export interface QuantiserRecipe extends Pick<Quantiser, 'name' | 'description'> {
  readonly parameters?: Quantiser['parameters'];
  readonly states?: Quantiser['states'];
  readonly bits?: LearnedBits;
  readonly storedBits?: number | null;
  readonly codes?: StoredCodes;
  /** Default: false. */
  readonly coarse?: boolean;
  readonly start?: Quantiser['start'];
  value(raw: Expr, values: Readonly<Record<string, Expr>>): Expr;
}

export function defineQuantiser({
  name,
  description,
  parameters = {},
  states = {},
  bits,
  storedBits = null,
  codes,
  coarse = false,
  start,
  value,
}: QuantiserRecipe): Quantiser {
  const twice = Object.keys(parameters).find((key) => Object.hasOwn(states, key));
  if (twice !== undefined) throw new RangeError(`The quantiser ${name} has a parameter and a state named ${twice}.`);
  for (const key of [...Object.keys(parameters), ...Object.keys(states)])
    if (!/^[a-z][a-zA-Z0-9]+$/.test(key))
      throw new RangeError(`The quantiser ${name} has a value named ${key}; expected letters and digits, at least two, a small one first.`);
  const leaves = Object.fromEntries([
    ...Object.keys(parameters).map((key) => [key, parameterLeaf(key, parameters[key])] as const),
    ...Object.keys(states).map((key) => [key, stateLeaf(key, states[key])] as const),
  ]);
  for (const key of bits === undefined ? [] : [bits.parameter, bits.step])
    if (!Object.hasOwn(parameters, key) || parameters[key].learned === null)
      throw new RangeError(`The quantiser ${name} learns no parameter named ${key}.`);
  for (const key of codes === undefined ? [] : [codes.size, codes.state ?? codes.size])
    if (!Object.hasOwn(leaves, key)) throw new RangeError(`The quantiser ${name} has codes of a value that it has not: ${key}.`);
  if (codes !== undefined && codes.state !== 'code' && Object.hasOwn(leaves, 'code'))
    throw new RangeError(`The quantiser ${name} has a value named code, the name of its codes in files.`);
  if (codes !== undefined && storedBits === null && (bits === undefined || codes.state !== undefined))
    throw new RangeError(`The quantiser ${name} has codes, but neither storedBits nor bits that are learned.`);
  return {
    name,
    description,
    parameters,
    states,
    value: value(rawLeaf, leaves),
    bits: bits ?? null,
    storedBits,
    codes: codes ?? null,
    coarse,
    start: start ?? (() => ({})),
  };
}

export function parameterLeaf(name: string, { scope }: Parameter): Expr {
  return leaf('param', name, scope === 'layer');
}

export function stateLeaf(name: string, state: QuantiserState): Expr {
  return leaf('state', name, !('scope' in state));
}
