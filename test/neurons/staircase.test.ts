import { describe, expect, it } from 'vitest';
import { compileAdjoint, compileForward } from '../../src/neurons/compile-step.ts';
import { defineNeuron } from '../../src/neurons/define-neuron.ts';
import { emitBackward, emitForward } from '../../src/neurons/emit-assemblyscript.ts';
import { evaluate } from '../../src/neurons/evaluate.ts';
import { add, constant, mul, spike } from '../../src/neurons/graph.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { fourBit, threeBit } from '../../src/neurons/multi-bit.ts';
import { closedLevels, inClosedForm, levelsOf } from '../../src/neurons/staircase.ts';

/** Around every threshold, and beyond the first and the last. */
const potentials = Array.from({ length: 37 }, (_, i) => -1.5 + i / 2).flatMap((h) => [h, h - 2 ** -24, h + 2 ** -22, h + 0.2]);
const leaves = { x: 0.3, v: -0.2, leak: 0.4, surrogateAlpha: 1, output: 0.7, events: 0.1, 'state.v': 0.5, drive: 0.05 };

describe('spikes that are a rounded potential', () => {
  it('are those of the neurons with whole sizes alone', () => {
    expect(builtInNeurons.filter((neuron) => levelsOf(neuron) !== null)).toEqual([threeBit, fourBit]);
    expect([threeBit, fourBit].map(levelsOf)).toEqual([7, 15]);
  });

  it.each([threeBit, fourBit])('have the closed form of $name', (neuron) => {
    const closed = closedLevels(levelsOf(neuron)!);
    for (const h of potentials) expect(evaluate(closed, { h })).toBe(evaluate(neuron.output, { h }));
  });

  it.each([threeBit, fourBit])('leave the rest that the comparisons of $name leave', (neuron) => {
    const closed = inClosedForm(neuron, levelsOf(neuron)!);
    const [ofClosed, ofSums] = [closed, neuron].map((definition) => compileForward(definition).next[0]);
    for (const h of potentials) expect(evaluate(ofClosed, { ...leaves, h })).toBe(evaluate(ofSums, { ...leaves, h }));
  });

  it.each([threeBit, fourBit])('have the sum of the triangles of $name for a gradient', (neuron) => {
    const adjoints = [neuron, inClosedForm(neuron, levelsOf(neuron)!)].map((definition) => compileAdjoint(definition, 'triangle', true));
    const roots = adjoints.map(({ input, states, parameters }) => [input, ...states, ...parameters.values()]);
    for (const h of potentials) {
      const [sums, closed] = roots.map((each) => each.map((root) => evaluate(root, { ...leaves, h })));
      closed.forEach((value, i) => expect(value).toBeCloseTo(sums[i], 12));
    }
  });

  it('give no gradient below -1/2', () => {
    const { input, states } = compileAdjoint(inClosedForm(threeBit, 7), 'triangle', false);
    for (const root of [input, ...states]) expect(Math.abs(evaluate(root, { ...leaves, h: -0.51 }))).toBe(0);
  });

  it('are read back from where the forward scan kept what the adjoint needs', () => {
    const [first, second, third] = [0.5, 1.5, 2.5];
    const two = defineNeuron({
      name: 'two-kept',
      summary: 'an adjoint that reads both states, in closed form in another order',
      source: 'this test',
      parameters: {},
      states: ['v', 'rest'],
      charge: ({ x, state }) => add(x, add(state.v, state.rest)),
      fire: ({ h }) => add(add(spike(h, constant(first)), spike(h, constant(second))), spike(h, constant(third))),
      reset: ({ h, state }) => ({ v: mul(h, state.rest), rest: mul(spike(h, constant(first)), state.v) }),
      surrogate: { name: 'triangle', alpha: 1 },
    });
    const places = (text: string, pattern: RegExp): string[] =>
      [...text.matchAll(pattern)].map((found) => `${found.groups!.leaf} ${found.groups!.at}`).sort();
    const stored = places(emitForward(two), /v128\.store\((?<at>keep \+ j(?: \+ bytes)?), (?<leaf>\w+)_0\)/g);
    const scans = emitBackward(two, 'triangle', false).split('export function').slice(1);
    expect(stored).toHaveLength(2);
    expect(scans).toHaveLength(2);
    for (const scan of scans) expect(places(scan, /const (?<leaf>\w+)_0 = v128\.load\((?<at>keep[^)]*)\)/g)).toEqual(stored);
  });
});
