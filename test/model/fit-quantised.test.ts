import { describe, expect, it } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import { Random } from '../../src/math/random.ts';
import { fitQuantised } from '../../src/model/fit-quantised.ts';
import { quantisedLayers, seenMatrix, tensorsAtStart } from '../../src/model/quantised-layers.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { multiply } from '../../src/model/row-products.ts';

const [ROWS, INPUTS, OUTPUTS] = [200, 39, 24];

const network = { ...presets.blender.network, width: OUTPUTS, viewFrequencies: 1, quantiser: ['sub-bit', null, null] };
const [layer] = quantisedLayers({ network, representation: denseSpec(12) });

/** Signs of weights, of a codebook that all outputs have in common, and the mean magnitude of each output's. */
function seen(matrix: Float32Array): Float32Array {
  return seenMatrix(layer, tensorsAtStart(layer, matrix));
}

describe('a matrix that is fitted', () => {
  const random = new Random(3);
  const uniform = (count: number, from = -1): Float32Array =>
    Float32Array.from({ length: count }, () => from + (1 - from) * random.float());
  const trained = uniform(INPUTS * OUTPUTS).map((w) => (w > 0 ? w ** 3 : w / 4));
  const rows = uniform(ROWS * INPUTS);

  it.each([true, false])('answers with the factor of the least squared error, output by output; rectified: %s', (rectified) => {
    const fitted = fitQuantised(trained, seen, rows, rows, OUTPUTS, rectified);
    const above = (values: Float32Array): Float32Array => (rectified ? values.map((value) => Math.max(0, value)) : values);
    const target = above(multiply(rows, trained, OUTPUTS));
    const answer = above(multiply(rows, seen(fitted), OUTPUTS));
    for (let j = 0; j < OUTPUTS; j++) {
      let [along, square] = [0, 0];
      for (let at = j; at < answer.length; at += OUTPUTS) {
        along += answer[at] * target[at];
        square += answer[at] ** 2;
      }
      expect(square).toBeGreaterThan(0);
      expect(along / square, `output ${j}`).toBeCloseTo(1, 4);
    }
  });

  it('keeps the size of outputs below zero, but where they are summed first', () => {
    const negative = uniform(INPUTS * OUTPUTS, 0).map((w) => -w);
    const positive = uniform(ROWS * INPUTS, 0);
    // Half as large a product is wanted as the rows make.
    const halves = positive.map((value) => value / 2);
    const size = (rectified: boolean): number =>
      Math.hypot(...multiply(positive, seen(fitQuantised(negative, seen, positive, halves, OUTPUTS, rectified)), OUTPUTS));
    const wanted = Math.hypot(...multiply(halves, negative, OUTPUTS));
    expect(size(false) / wanted).toBeCloseTo(1, 1);
    expect(size(true) / wanted).toBeGreaterThan(1.5);
  });
});
