/** Adam on the host, for the few parameters that kernels see through a transform (docs/model.md, section 5). */
import type { BudgetTerm } from '../../model/bit-budget.ts';
import type { StepSettings } from '../../engine/backend.ts';
import { splitTensorName, type TensorName } from '../../model/tensor-names.ts';

/** A trained parameter: its raw values and their moments. */
export interface HostParameter {
  readonly raw: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

export function hostParameter(length: number, initial: number): HostParameter {
  return { raw: new Float32Array(length).fill(initial), m: new Float32Array(length), v: new Float32Array(length) };
}

/** The values or a moment of a tensor among `parameters`, or null if it is not one of them. Throws RangeError for a moment where nothing is trained. */
export function findHostTensor(parameters: ReadonlyMap<string, HostParameter>, name: TensorName, trains: boolean): Float32Array | null {
  const { parameter, moment } = splitTensorName(name);
  const found = parameters.get(parameter);
  if (found === undefined) return null;
  if (moment === null) return found.raw;
  if (!trains) throw new RangeError(`This engine was made for rendering only; it has no ${name}.`);
  return found[moment];
}

/** A gradient with what the bit budget adds to it; zero where bits rest. */
export function withBudget(name: string, gradient: Float32Array, { gradients, resting }: BudgetTerm): Float32Array {
  if (resting.has(name)) return new Float32Array(gradient.length);
  const added = gradients.get(name);
  return added === undefined ? gradient : gradient.map((g) => g + added);
}

/** One step of all whose gradients are given, but for bits that rest. `rate` includes the bias correction. */
export function stepOnHost(
  parameters: ReadonlyMap<string, HostParameter>,
  gradients: ReadonlyMap<string, Float32Array>,
  { resting }: BudgetTerm,
  adam: StepSettings['adam'],
  rate: number,
): void {
  for (const [name, gradient] of gradients) if (!resting.has(name)) step(parameters.get(name)!, gradient, adam, rate);
}

function step({ raw, m, v }: HostParameter, gradient: Float32Array, adam: StepSettings['adam'], rate: number): void {
  const { beta1, beta2, epsilon } = adam;
  gradient.forEach((g, i) => {
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    raw[i] -= (rate * m[i]) / (Math.sqrt(v[i]) + epsilon);
  });
}
