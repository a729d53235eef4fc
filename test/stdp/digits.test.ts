/** A small real data set, the 8x8 digits of scikit-learn: competition groups beat one neuron a class, and come near a linear classifier. */
import { expect, test } from 'vitest';
import { firstSpikeAccuracy, linearAccuracy, NCG, S2_STDP, splitDigits } from '../../scripts/bench/digits.ts';

test('digits: one neuron a class, competition groups, a linear classifier', () => {
  const digits = splitDigits(new URL('../golden/digits.json', import.meta.url), 2);
  expect([digits.train.images.length, digits.test.images.length]).toEqual([1347, 450]);
  const plain = firstSpikeAccuracy({ ...S2_STDP, epochs: 3 }, digits, 2);
  const groups = firstSpikeAccuracy({ ...NCG, epochs: 3 }, digits, 2);
  const linear = linearAccuracy(digits);
  expect(plain).toBeGreaterThan(0.75);
  expect(groups).toBeGreaterThan(plain);
  expect(groups).toBeGreaterThan(0.88);
  expect(linear).toBeGreaterThan(0.93);
});
