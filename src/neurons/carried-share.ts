/**
 * The share of a potential that the next time step begins with where nothing resets it, d H_t / d V_{t-1}: 1 - 1/tau of a leaky neuron. Gradients run
 * back through time by the same factor.
 */
import type { NeuronDefinition } from './define-neuron.ts';
import { derivative } from './differentiate.ts';
import { evaluate } from './evaluate.ts';
import { leaf, leavesOf } from './graph.ts';
import { simplify } from './simplify.ts';

/**
 * @param values of the neuron's parameters
 * @returns 0 for a neuron without state, with several, or with a share that is learned or differs from step to step
 */
export function carriedShare({ states, potential, parameters }: NeuronDefinition, values: Readonly<Record<string, number>>): number {
  if (states.length !== 1) return 0;
  const [share] = simplify([derivative(potential, leaf('state', states[0]))]);
  const isFixed = leavesOf([share]).every((at) => at.leaf === 'param' && parameters[at.name].learned === null);
  return isFixed ? evaluate(share, values) : 0;
}
