/** A quantiser on one matrix: what kernels see of it, and the way back of their gradient. */
import { constant, leaf, type Expr } from '../neurons/graph.ts';
import { differentiate } from '../neurons/differentiate.ts';
import { rawLeaf, valueOf, type Parameter } from '../neurons/parameters.ts';
import { evaluateRows, type LeafValues } from '../neurons/evaluate-rows.ts';
import { parameterLeaf, stateLeaf, type Quantiser, type StoredCodes } from './quantiser.ts';

/** Numbers of a matrix [in, out]. */
export interface QuantisedMatrix {
  readonly raw: Float32Array;
  /** Raw values of learned parameters by name, [1] or [out]; constants have none. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** [1], [out] or [in, out] each */
  readonly states: Readonly<Record<string, Float32Array>>;
}

/** d loss / d raw values. */
export type QuantisedGradient = Pick<QuantisedMatrix, 'raw' | 'parameters'>;

const seenAdjoint = leaf('adjoint', 'seen');

export function quantise(quantiser: Quantiser, matrix: QuantisedMatrix): Float32Array {
  return evaluateRows([quantiser.value], leavesOf(quantiser, matrix), matrix.raw.length)[0].slice();
}

/** What the kernels see, in sizes. */
export function codesOf(quantiser: Quantiser, codes: StoredCodes, matrix: QuantisedMatrix): Float32Array {
  if (codes.state !== undefined) return matrix.states[codes.state];
  const sizes = codeSizes(quantiser, codes, matrix);
  return quantise(quantiser, matrix).map((seen, i) => Math.round((2 * seen) / sizes[i % sizes.length]) / 2);
}

/** [1] or [out] */
export function codeSizes({ parameters, states }: Quantiser, { size }: StoredCodes, matrix: Omit<QuantisedMatrix, 'raw'>): Float32Array {
  return Object.hasOwn(states, size) ? matrix.states[size] : valuesOf(parameters[size], matrix.parameters[size]);
}

/** @param gradient d loss / d what the kernels saw */
export function quantiserGradient(quantiser: Quantiser, matrix: QuantisedMatrix, gradient: Float32Array): QuantisedGradient {
  const adjoints = differentiate([[quantiser.value, seenAdjoint]], () => {
    throw new RangeError(`The quantiser ${quantiser.name} contains a spike.`);
  });
  const learned = Object.entries(matrix.parameters);
  const wanted: Expr[] = [rawLeaf, ...learned.map(([name]) => parameterLeaf(name, quantiser.parameters[name]))];
  const leaves = new Map([...leavesOf(quantiser, matrix), [seenAdjoint, gradient]]);
  const [raw, ...shares] = evaluateRows(
    wanted.map((at) => adjoints.get(at) ?? constant(0)),
    leaves,
    matrix.raw.length,
  );
  const parameters = learned.map(([name, values], p) => [name, throughTransform(quantiser, name, values, shares[p])] as const);
  return { raw: raw.slice(), parameters: Object.fromEntries(parameters) };
}

/** d loss / d raw values of a parameter, from every weight's share of d loss / d value. */
function throughTransform(quantiser: Quantiser, name: string, raw: Float32Array, shares: Float32Array): Float32Array {
  const sums = new Float64Array(raw.length);
  for (let i = 0; i < shares.length; i++) sums[i % raw.length] += shares[i];
  const { value } = quantiser.parameters[name].learned!;
  const slope = differentiate([[value(rawLeaf), constant(1)]], () => constant(0)).get(rawLeaf) ?? constant(0);
  const [slopes] = evaluateRows([slope], new Map([[rawLeaf, raw]]), raw.length);
  return Float32Array.from(sums, (sum, i) => sum * slopes[i]);
}

function valuesOf({ learned, initial }: Parameter, raw: Float32Array): Float32Array {
  return learned === null ? Float32Array.of(initial) : raw.map((value) => valueOf(learned, value));
}

function leavesOf({ parameters, states }: Quantiser, matrix: QuantisedMatrix): LeafValues {
  const leaves = new Map<Expr, Float32Array>([[rawLeaf, matrix.raw]]);
  for (const [name, parameter] of Object.entries(parameters))
    leaves.set(parameterLeaf(name, parameter), valuesOf(parameter, matrix.parameters[name]));
  for (const [name, state] of Object.entries(states)) leaves.set(stateLeaf(name, state), matrix.states[name]);
  return leaves;
}
