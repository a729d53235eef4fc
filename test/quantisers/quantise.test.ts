/** What kernels see of a quantised matrix, the way back of the gradient, and which tensors belong to it. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Random } from '../../src/math/random.ts';
import type { FieldSpec, NetworkSpec } from '../../src/model/field-spec.ts';
import { quantisedLayers, seenWeights } from '../../src/model/quantised-layers.ts';
import { parametersOf, renderingTensors, trainingTensors } from '../../src/model/tensor-names.ts';
import { tensorShape } from '../../src/model/tensor-shape.ts';
import { div, mul } from '../../src/neurons/graph.ts';
import { learnedParameter, positive } from '../../src/neurons/parameters.ts';
import { quantise, quantiserGradient } from '../../src/quantisers/quantise.ts';
import { defineQuantiser, measureState } from '../../src/quantisers/quantiser.ts';
import { fieldFixture, normals } from '../helpers/field-fixtures.ts';
import { steps } from '../helpers/step-quantiser.ts';

describe('a quantised matrix', () => {
  it('consists of whole steps within the limit', () => {
    const raw = normals(new Random(2), 12, 1);
    const [largest] = measureState(steps.states.largest, raw, Float32Array.of(NaN), [4, 3]);
    const seen = quantise(steps, {
      raw,
      parameters: { step: Float32Array.of(Math.log(0.25), Math.log(0.5), 0) },
      states: { largest: Float32Array.of(largest) },
    });
    seen.forEach((value, i) => {
      const [step, limit] = [[0.25, 0.5, 1][i % 3], 0.8 * largest];
      const expected = step * Math.round(Math.min(Math.max(raw[i], -limit), limit) / step);
      expect(value).toBeCloseTo(expected, 5);
    });
  });

  it('has the derivatives of a smooth expression, of the weights and of parameters through their transform', () => {
    const smooth = defineQuantiser({
      name: 'smooth',
      description: 'w^2 / a',
      parameters: { divisor: learnedParameter('a', 2, positive, 'channel') },
      value: (raw, { divisor }) => div(mul(raw, raw), divisor),
    });
    const matrix = { raw: normals(new Random(3), 6, 1), parameters: { divisor: Float32Array.of(0.1, 0.4) }, states: {} };
    const weights = normals(new Random(4), 6, 1);
    const loss = (at: typeof matrix): number => quantise(smooth, at).reduce((sum, value, i) => sum + value * weights[i], 0);
    const gradient = quantiserGradient(smooth, matrix, weights);
    const h = 1e-2;
    const slope = (change: (sign: number) => typeof matrix): number => (loss(change(1)) - loss(change(-1))) / (2 * h);
    matrix.raw.forEach((_, i) => {
      const at = (sign: number) => ({ ...matrix, raw: matrix.raw.map((w, j) => (i === j ? w + sign * h : w)) });
      expect(gradient.raw[i]).toBeCloseTo(slope(at), 3);
    });
    matrix.parameters.divisor.forEach((_, i) => {
      const divisor = (sign: number) => matrix.parameters.divisor.map((r, j) => (i === j ? r + sign * h : r));
      expect(gradient.parameters.divisor[i]).toBeCloseTo(
        slope((sign) => ({ ...matrix, parameters: { divisor: divisor(sign) } })),
        3,
      );
    });
  });

  it('brings tensors: parameters with moments, states without', async () => {
    const { spec, tensors } = fieldFixture({ network: { quantiser: ['steps', null, 'steps'] } });
    expect(parametersOf(spec)).toEqual(['density', 'features', 'w1', 'w2', 'w3', 'q1.step', 'q3.step']);
    expect(renderingTensors(spec).slice(-2)).toEqual(['q1.largest', 'q3.largest']);
    expect(trainingTensors(spec)).toContain('q3.step.v');
    expect(trainingTensors(spec)).not.toContain('q3.largest.v');
    expect([tensorShape('q1.step', spec), tensorShape('q3.step.m', spec), tensorShape('q3.largest', spec)]).toEqual([[16], [3], [1]]);
    const read = async (name: string): Promise<Float32Array> => {
      if (name.endsWith('.largest')) return Float32Array.of(1);
      return name.endsWith('.step') ? new Float32Array(tensorShape(name, spec)[0]).fill(Math.log(0.5)) : tensors[name]!;
    };
    const seen = await seenWeights(spec, read);
    expect(seen.get('w2')).toBe(tensors.w2);
    expect([...new Set(seen.get('w1')!.map((value) => value + 0))].sort((a, b) => a - b)).toEqual([-1, -0.5, 0, 0.5, 1]);
  });

  it('refuses a name that nobody registered, lists of another length, and names that cannot be tensors', () => {
    const plain = fieldFixture().spec;
    const withQuantiser = (quantiser: NetworkSpec['quantiser']): FieldSpec => ({ ...plain, network: { ...plain.network!, quantiser } });
    expect(() => quantisedLayers(withQuantiser('step'))).toThrow(InputError);
    expect(() => quantisedLayers(withQuantiser([null, null]))).toThrow(/2 entries.*3 layers/);
    for (const name of ['m', 'v', 'Step', 'a.b'])
      expect(() =>
        defineQuantiser({ name: 'x', description: '', parameters: { [name]: learnedParameter('', 1, positive) }, value: (raw) => raw }),
      ).toThrow(RangeError);
  });
});
