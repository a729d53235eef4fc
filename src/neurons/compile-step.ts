/**
 * One time step and its adjoint, ready to be printed: differentiated, simplified, and with the list of what the forward pass has to keep.
 *
 * The step is cut at the potential H, which every backend stores. Back-propagation through time runs the steps backwards: from d loss / d
 * output of this step and d loss / d states' of the next one to d loss / d input, d loss / d states and the parameters' share.
 */
import { learnedParameters, potentialLeaf, type NeuronDefinition } from './define-neuron.ts';
import { differentiate } from './differentiate.ts';
import { add, constant, leaf, leavesOf, type Expr } from './graph.ts';
import { simplify } from './simplify.ts';
import { surrogateOf, type SurrogateName } from './surrogates.ts';

/** d loss / d output, d loss / d number of spikes (the penalty), and for each state d loss / d its next value. */
export const outputAdjoint = leaf('adjoint', 'output');
export const eventsAdjoint = leaf('adjoint', 'events');
/** What loss terms of the potential itself add to d loss / d H. */
export const potentialAdjoint = leaf('adjoint', 'drive');
export const stateAdjoint = (state: string): Expr => leaf('adjoint', `state.${state}`);
/** Steepness of the surrogate. */
export const surrogateAlpha = leaf('param', 'surrogateAlpha', true);

export interface ForwardStep {
  readonly potential: Expr;
  /** Comparisons, one for each of the neuron's terms; for an analogue neuron its output. */
  readonly fired: readonly Expr[];
  readonly next: readonly Expr[];
}

export interface AdjointStep {
  readonly input: Expr;
  readonly states: readonly Expr[];
  /** The learned parameters' shares, by name; summed over neurons (of a layer) and time steps they are the gradient. */
  readonly parameters: ReadonlyMap<string, Expr>;
}

export function compileForward({ potential, terms, output, next }: NeuronDefinition): ForwardStep {
  const fired = terms.length > 0 ? terms.map(({ spike }) => spike) : [output];
  const simple = simplify([potential, ...fired, ...next]);
  return { potential: simple[0], fired: simple.slice(1, 1 + fired.length), next: simple.slice(1 + fired.length) };
}

/** @param driven whether the loss has terms of the potential itself (`potentialAdjoint`) */
export function compileAdjoint(definition: NeuronDefinition, surrogate: SurrogateName, driven: boolean): AdjointStep {
  const { potential, output, events, states, next, terms } = definition;
  const slope = (x: Expr): Expr => surrogateOf(surrogate).derivative(x, surrogateAlpha);
  const seeds: [Expr, Expr][] = [[output, outputAdjoint]];
  if (terms.length > 0) seeds.push([events, eventsAdjoint]);
  states.forEach((state, i) => seeds.push([next[i], stateAdjoint(state)]));
  const afterPotential = differentiate(seeds, slope);
  const atPotential = add(afterPotential.get(potentialLeaf) ?? constant(0), driven ? potentialAdjoint : 0);
  const throughPotential = differentiate([[potential, atPotential]], slope);
  const adjointOf = (kind: 'input' | 'state' | 'param', name: string, uniform = false): Expr => {
    const at = leaf(kind, name, uniform);
    return add(throughPotential.get(at) ?? constant(0), afterPotential.get(at) ?? constant(0));
  };
  const learned = learnedParameters(definition);
  const simple = simplify([
    adjointOf('input', 'x'),
    ...states.map((state) => adjointOf('state', state)),
    ...learned.map(([name, { scope }]) => adjointOf('param', name, scope === 'layer')),
  ]);
  return {
    input: simple[0],
    states: simple.slice(1, 1 + states.length),
    parameters: new Map(learned.map(([name], i) => [name, simple[1 + states.length + i]])),
  };
}

/** Inputs and states before the step that some surrogate's adjoint reads: kept by the forward pass besides the potential. */
export function keptLeaves(adjoints: readonly AdjointStep[]): Extract<Expr, { kind: 'leaf' }>[] {
  const roots = adjoints.flatMap(({ input, states, parameters }) => [input, ...states, ...parameters.values()]);
  return leavesOf(roots).filter(({ leaf: kind }) => kind === 'input' || kind === 'state');
}

const kept = new WeakMap<NeuronDefinition, ReturnType<typeof keptLeaves>>();

/**
 * What the forward pass keeps where the surrogate is chosen later. The slope of the sigmoid is nowhere constant, so that no adjoint reads more than its
 * own (test/neurons/adjoint.test.ts).
 */
export function keptOf(definition: NeuronDefinition): ReturnType<typeof keptLeaves> {
  const known = kept.get(definition) ?? keptLeaves([compileAdjoint(definition, 'sigmoid', true)]);
  kept.set(definition, known);
  return known;
}
