/**
 * One time step of a neuron with its tangents, for back-propagation through rates (Yu et al., NeurIPS 2024, arXiv 2410.11488; restated from the
 * authors' layer.py). A direction is what a neuron's mean output r over T steps is differentiated by: a current c that is the same at all
 * steps, and each parameter that it learns,
 *
 *     E = d r / d c = 1/T sum_t dS_t/dH_t kappa_t      kappa_t = d H_t / d c, carried from step to step as the states are
 *
 * Reset, leak and surrogate are differentiated as back-propagation through time does (detached resets stay detached), so that for inputs that
 * are constant in time E is exact. The authors write kappa out for three neurons with one state; here it follows from any neuron's expressions.
 */
import { compileForward, surrogateAlpha, type ForwardStep } from './compile-step.ts';
import { inputLeaf, learnedParameters, potentialLeaf, type NeuronDefinition } from './define-neuron.ts';
import { differentiate } from './differentiate.ts';
import { add, constant, leaf, mul, type Expr } from './graph.ts';
import { simplify } from './simplify.ts';
import { surrogateOf, type SurrogateName } from './surrogates.ts';

/** The direction of the input current; the others have the names of parameters. */
export const CURRENT = 'x';

/** d state / d direction before the step; 0 at the beginning. */
export const tangentLeaf = (direction: string, state: string): Expr => leaf('tangent', `${direction}.${state}`);

export interface Direction {
  readonly name: string;
  /** d output and d number of spikes (the penalty), and the tangents of the next states. */
  readonly output: Expr;
  readonly events: Expr;
  readonly next: readonly Expr[];
}

export interface RateStep extends ForwardStep {
  /** What goes into the next layer, of the leaf h. */
  readonly output: Expr;
  readonly directions: readonly Direction[];
}

/** Names of the directions: the current first. */
export function directionsOf(definition: NeuronDefinition): string[] {
  return [CURRENT, ...learnedParameters(definition).map(([name]) => name)];
}

/** Rows of width floats that a sample carries: its states, the sum of its outputs, and for each direction as much again and the sum of its events. */
export function carriedRows(definition: NeuronDefinition): number {
  const { states } = definition;
  return states.length + 1 + directionsOf(definition).length * (states.length + 2);
}

export function compileRates(definition: NeuronDefinition, surrogate: SurrogateName): RateStep {
  const { parameters, potential, output, events, next, states } = definition;
  const slope = (x: Expr): Expr => surrogateOf(surrogate).derivative(x, surrogateAlpha);
  const partials = (value: Expr): Map<Expr, Expr> => differentiate([[value, constant(1)]], slope);
  const chained = (of: Map<Expr, Expr>, tangents: readonly (readonly [Expr, Expr])[]): Expr =>
    tangents.reduce((sum, [at, tangent]) => add(sum, mul(of.get(at) ?? 0, tangent)), constant(0));
  const [ofPotential, ofOutput, ofEvents] = [potential, output, events].map(partials);
  const ofNext = next.map(partials);
  const directions = directionsOf(definition).map((name): Expr[] => {
    const along = name === CURRENT ? inputLeaf : leaf('param', name, parameters[name].scope === 'layer');
    const before = [...states.map((state) => [leaf('state', state), tangentLeaf(name, state)] as const), [along, constant(1)] as const];
    const after = [...before, [potentialLeaf, chained(ofPotential, before)] as const];
    return [ofOutput, ofEvents, ...ofNext].map((of) => chained(of, after));
  });
  const simple = simplify([output, ...directions.flat()]);
  const stride = 2 + states.length;
  return {
    ...compileForward(definition),
    output: simple[0],
    directions: directionsOf(definition).map((name, i) => {
      const [ofOut, ofCount, ...rest] = simple.slice(1 + i * stride, 1 + (i + 1) * stride);
      return { name, output: ofOut, events: ofCount, next: rest };
    }),
  };
}
