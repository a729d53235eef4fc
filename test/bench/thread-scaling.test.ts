/** The count of how a step divides among threads (`npm run bench -- threads`). */
import { describe, expect, it } from 'vitest';
import { scaling, type StepWork } from '../../scripts/bench/thread-scaling.ts';

const shares = { marching: 0.2, network: 0.5, update: 0.2, serial: 0.1 };
const even: StepWork = { lanes: 4, evaluations: [5, 5, 5, 5], samples: [3, 3, 3, 3], voxels: [2, 2, 2, 2] };

describe('a step divided among threads', () => {
  it('gains what the serial share allows where work is even', () => {
    expect(scaling(even, shares, 1)).toMatchObject({ waiting: expect.closeTo(0), speedUp: expect.closeTo(1) });
    expect(scaling(even, shares, 4)).toMatchObject({ marching: 1, network: 1, update: 1, speedUp: expect.closeTo(1 / (0.1 + 0.9 / 4)) });
  });

  it('gains nothing from threads without a lane', () => {
    const [four, eight] = [4, 8].map((threads) => scaling(even, shares, threads));
    expect(eight.speedUp).toBeCloseTo(four.speedUp);
    expect(eight.network).toBeCloseTo(2);
    expect(eight.waiting).toBeCloseTo(1 - 1 / (8 * (0.1 + 0.9 / 4)));
  });

  it('waits for the thread whose work is longest', () => {
    // The first thread takes 6, the second 2, 2 and then the last 1.
    const uneven = { ...even, samples: [6, 2, 2, 1], voxels: [4, 1, 2, 1] };
    expect(scaling(uneven, shares, 2)).toMatchObject({ network: expect.closeTo(12 / 11), update: expect.closeTo(12 / 8) });
  });
});
