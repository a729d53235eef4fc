/**
 * Parameters of a neuron. A learned one is trained as a free number, the raw value; its transform gives the value that the equations see and
 * keeps it in its range whatever training does.
 */
import { evaluate } from './evaluate.ts';
import { add, clamp, exp, leaf, max, mul, neg, round, sigmoid, straightThrough, tanh, type Expr } from './graph.ts';

export interface Transform {
  /** Open range of the values. */
  readonly range: readonly [number, number];
  value(raw: Expr): Expr;
  /** The raw value of a value inside the range. */
  raw(value: number): number;
}

/** `layer`: one value for all neurons of a layer; `channel`: one for each. */
export type Scope = 'layer' | 'channel';

export interface Parameter {
  readonly description: string;
  /** Its value at the start, if the config gives none. */
  readonly initial: number;
  /** Values that a config may give, inclusive. */
  readonly range: readonly [number, number];
  readonly scope: Scope;
  /** null: a constant */
  readonly learned: Transform | null;
}

/** Values in (0, 1): a gate, a decay factor. */
export const unit: Transform = {
  range: [0, 1],
  value: (raw) => sigmoid(raw),
  raw: (value) => Math.log(value / (1 - value)),
};

/** Values above 0. */
export const positive: Transform = {
  range: [0, Infinity],
  value: (raw) => exp(raw),
  raw: (value) => Math.log(value),
};

/** Values above 1 whose reciprocal is a sigmoid: 1 + exp(-raw), a time constant in steps (PLIF's 1/tau = sigmoid(w)). */
export const aboveOne: Transform = {
  range: [1, Infinity],
  value: (raw) => add(1, exp(neg(raw))),
  raw: (value) => -Math.log(value - 1),
};

/** Values scale * tanh(raw); raw values below 0.005 count as that, with their gradient kept, so that the value stays above 0 and can return. */
export function boundedBy(scale: number): Transform {
  return {
    range: [0, scale],
    value: (raw) => mul(scale, tanh(straightThrough(max(raw, 0.005), raw))),
    raw: (value) => Math.atanh(value / scale),
  };
}

/** Whole numbers from 1 to `most`: `unit` times the raw value, rounded. The gradient passes through rounding and limits. */
export function wholeUpTo(most: number, unit = 1): Transform {
  return {
    range: [0.5, most + 0.5],
    value: (raw) => straightThrough(round(clamp(mul(raw, unit), 1, most)), mul(raw, unit)),
    raw: (value) => value / unit,
  };
}

export function constantParameter(description: string, initial: number, range: readonly [number, number]): Parameter {
  return { description, initial, range, scope: 'layer', learned: null };
}

export function learnedParameter(description: string, initial: number, transform: Transform, scope: Scope = 'layer'): Parameter {
  return { description, initial, range: transform.range, scope, learned: transform };
}

/** The leaf that the transforms are expressions of. */
export const rawLeaf: Expr = leaf('param', 'raw', true);

export function valueOf(transform: Transform, raw: number): number {
  return evaluate(transform.value(rawLeaf), { raw });
}

/** Whether a config may give it; the ends of a learned parameter's range cannot be reached. */
export function isAllowed({ range: [low, high], learned }: Parameter, value: number): boolean {
  return learned === null ? value >= low && value <= high : value > low && value < high;
}

/** The learned ones of some parameters, with their names. */
export function learnedOf(parameters: Readonly<Record<string, Parameter>>): [string, Parameter & { readonly learned: Transform }][] {
  return Object.entries(parameters).filter(
    (entry): entry is [string, Parameter & { readonly learned: Transform }] => entry[1].learned !== null,
  );
}
