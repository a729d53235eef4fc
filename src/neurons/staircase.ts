/**
 * Neurons whose spikes are a rounded potential, S = clamp(round(H), 0, M), halves up: M thresholds one apart, the first at 1/2. As a sum over
 * thresholds that costs M comparisons and M surrogates; in closed form a rounding and one ramp up and down,
 *
 *     S = min(max(floor(H) + 1[H - floor(H) >= 1/2], 0), M)            exactly the sum of comparisons
 *     sum of triangles of steepness 1 = max(min(min(H + 1/2, M + 1/2 - H), 1), 0)
 */
import { potentialLeaf, type NeuronDefinition } from './define-neuron.ts';
import { add, argsOf, floor, ge, inOrder, max, min, mul, stopGradient, straightThrough, sub, withArgs, type Expr } from './graph.ts';

/** M, or null for a neuron whose spikes are something else. */
export function levelsOf({ terms, amplitude, output, events }: NeuronDefinition): number | null {
  const isLevel = ({ sign, spike: { args } }: NeuronDefinition['terms'][number], level: number): boolean =>
    sign === 1 && args[0] === potentialLeaf && args[1].kind === 'const' && args[1].value === level + 0.5;
  return terms.length > 2 && amplitude === null && output === events && terms.every(isLevel) ? terms.length : null;
}

/** S of the leaf h. */
export function closedLevels(levels: number): Expr {
  const below = floor(potentialLeaf);
  return min(max(add(below, ge(sub(potentialLeaf, below), 0.5)), 0), levels);
}

/** The same neuron with S in closed form, with the derivative by triangles of steepness 1. */
export function inClosedForm(definition: NeuronDefinition, levels: number): NeuronDefinition {
  const ramp = max(min(min(add(potentialLeaf, 0.5), sub(levels + 0.5, potentialLeaf)), 1), 0);
  const spikes = straightThrough(closedLevels(levels), mul(potentialLeaf, stopGradient(ramp)));
  const { output, next } = definition;
  return { ...definition, output: spikes, events: spikes, next: next.map((value) => replaced(value, output, spikes)) };
}

function replaced(root: Expr, from: Expr, to: Expr): Expr {
  const after = new Map<Expr, Expr>();
  for (const node of inOrder([root])) {
    after.set(
      node,
      node === from
        ? to
        : withArgs(
            node,
            argsOf(node).map((arg) => after.get(arg)!),
          ),
    );
  }
  return after.get(root)!;
}
