/** What the kernels count and add up, a block of floats a lane or thread (stats.ts of the kernels). */
import type { Counts } from '../../engine/counts.ts';
import { STATS_BYTES } from './memory-plan.ts';

/** Order of the sums in a block. */
export const STATS = [
  'densityEvaluations',
  'densitySamples',
  'samples',
  'timeSteps',
  'spikes1',
  'spikes2',
  'inputSpikes',
  'activeRays',
  'squaredError',
  'perSampleError',
  'entropy',
  'inputLow',
  'inputHigh',
  'spannedSteps',
  'active1',
  'negative1',
  'bits1',
  'active2',
  'negative2',
  'bits2',
  'teacherColourError',
  'teacherPotentialError',
  'distortion',
  'inputBits',
  'shownSpikes1',
  'shownSpikes2',
  'repeatedViewBits',
  'teacherGramError',
] as const;
export type Stats = Record<(typeof STATS)[number], number>;

export class Statistics {
  private readonly floats: Float64Array;

  /** @param blocks lanes or threads, whichever are more */
  constructor(buffer: SharedArrayBuffer, offset: number, blocks: number) {
    this.floats = new Float64Array(buffer, offset, (blocks * STATS_BYTES) / 8);
  }

  /** Sums over the first blocks; for the input range, its extremes. */
  sum(blocks: number): Stats {
    const total = Object.fromEntries(STATS.map((name) => [name, 0])) as Stats;
    total.inputLow = Infinity;
    total.inputHigh = -Infinity;
    for (let block = 0; block < blocks; block++) {
      STATS.forEach((name, i) => {
        const value = this.floats[(block * STATS_BYTES) / 8 + i];
        if (name === 'inputLow') total.inputLow = Math.min(total.inputLow, value);
        else if (name === 'inputHigh') total.inputHigh = Math.max(total.inputHigh, value);
        else total[name] += value;
      });
    }
    return total;
  }

  /** @param lengths time steps of a sample in the hidden layers where these are learned, else null */
  counts(blocks: number, rays: number, lengths: readonly number[] | null): Counts {
    const { spikes1, spikes2, active1, active2, negative1, negative2, bits1, bits2, ...sums } = this.sum(blocks);
    const { activeRays, densityEvaluations, densitySamples, samples, timeSteps, spannedSteps, inputSpikes, inputBits, repeatedViewBits } =
      sums;
    return {
      rays,
      activeRays,
      densityEvaluations,
      densitySamples,
      samples,
      timeSteps,
      ...(lengths === null ? {} : { layerSteps: lengths.map((length) => length * samples) }),
      spannedSteps,
      spikes: [spikes1, spikes2],
      active: [active1, active2],
      negative: [negative1, negative2],
      bits: [bits1, bits2],
      inputSpikes,
      inputBits,
      repeatedViewBits,
    };
  }
}
