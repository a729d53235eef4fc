import { expect, test } from 'vitest';
import { carriedShare } from '../../src/neurons/carried-share.ts';
import { neuronNamed } from '../../src/neurons/index.ts';

test.each([
  ['lif', { tau: 2, threshold: 1 }, 0.5],
  ['ternary', { tau: 4, threshold: 1, margin: 1 }, 0.75],
  ['if', { threshold: 1 }, 1],
  // What is learned changes from step to step.
  ['plif', { tau: 2, threshold: 1 }, 0],
  ['three-bit', { leak: 0.1 }, 0],
  ['relu', {}, 0],
])('a potential of %s with %j keeps %d of itself', (name, values, share) => {
  expect(carriedShare(neuronNamed(name), values)).toBe(share);
});
