/** Weights of learned bits: numbers that the released code gave. */
import { describe, expect, it } from 'vitest';
import { learnedBits } from '../../src/quantisers/learned-bits.ts';
import { quantise, quantiserGradient } from '../../src/quantisers/quantise.ts';
import { readGolden } from '../helpers/golden.ts';

interface Quantised {
  readonly y: number[] | number[][];
  readonly dx?: number[];
  readonly dw?: number[][];
  readonly dgamma?: number[];
  readonly dalpha?: number[][];
  readonly dbit: number[] | number[][];
}
type Golden = { x: number[]; gamma: number; g: number[]; W: number[][]; alpha: number; gW: number[][] } & Record<string, unknown>;

const golden = readGolden<Golden>('adaptive-bits');
const { step, bits } = learnedBits.parameters;

/** Value and gradients with respect to values, not raw ones, at so many bits. */
function run(values: number[], size: number, width: number, upstream: number[]) {
  const raw = Float32Array.from(values);
  const parameters = { step: Float32Array.of(step.learned!.raw(size)), bits: Float32Array.of(bits.learned!.raw(width)) };
  const matrix = { raw, parameters, states: {} };
  const gradient = quantiserGradient(learnedBits, matrix, Float32Array.from(upstream));
  return {
    seen: quantise(learnedBits, matrix),
    raw: gradient.raw,
    // d value / d raw: the step itself, because its logarithm is learned; a fifth of a bit.
    step: gradient.parameters['step'][0] / size,
    bits: gradient.parameters['bits'][0] / 0.2,
  };
}

/** LSQ's factor, which Adam does not see and we leave out. */
const lsq = (count: number, width: number): number => 1 / Math.sqrt(count * Math.max(1, 2 ** (width - 1) - 1));

function expectAll(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 5);
  });
}

describe('weights of learned bits', () => {
  it.each([1, 2, 3, 4])('of %d bits have the values and gradients of the released code', (width) => {
    const wanted = golden[`weight_b${width}.0`] as Quantised;
    const found = run(golden.W.flat(), golden.alpha, width, golden.gW.flat());
    expectAll(found.seen, wanted.y.flat());
    expectAll(found.raw, wanted.dw!.flat());
    expect(found.step * lsq(golden.W.flat().length, width)).toBeCloseTo(wanted.dalpha!.flat()[0], 4);
    expect(found.bits).toBeCloseTo(wanted.dbit.flat()[0], 5);
  });

  it.each([1, 1.4, 2, 2.6, 3])('are quantised as its signed spikes are, at %d bits', (width) => {
    const wanted = golden[`spike_pos0_b${width.toFixed(1)}`] as Quantised;
    const found = run(golden.x, golden.gamma, width, golden.g);
    expectAll(found.seen, wanted.y.flat());
    expectAll(found.raw, wanted.dx!);
    expect(found.step * lsq(golden.x.length, Math.round(width))).toBeCloseTo(wanted.dgamma![0], 4);
    expect(found.bits).toBeCloseTo(wanted.dbit.flat()[0], 4);
  });

  it('begin with the step of LSQ', () => {
    const { W, alpha_init } = golden['layer'] as { W: number[][]; alpha_init: number[][] };
    expect(learnedBits.start(Float32Array.from(W.flat()))['step']).toBeCloseTo(alpha_init[0][0], 6);
  });

  it('ask for no bits beyond one and eight, and come back from there', () => {
    for (const [raw, whole] of [
      [-3, 1],
      [100, 8],
    ]) {
      const parameters = { step: Float32Array.of(Math.log(0.1)), bits: Float32Array.of(raw) };
      const matrix = { raw: Float32Array.of(0.31, 99), parameters, states: {} };
      const largest = Math.max(1, 2 ** (whole - 1) - 1) * 0.1;
      expect(quantise(learnedBits, matrix)[1]).toBeCloseTo(largest, 5);
      expect(quantiserGradient(learnedBits, matrix, Float32Array.of(0, 1)).parameters['bits'][0]).toBeGreaterThan(0);
    }
  });
});
