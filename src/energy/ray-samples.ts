/** How many network samples rays have: of rays that hit something, as many time steps as the condensed network runs for them. */

/** How many rays have 0, 1, 2, ... samples. */
export type RaySamples = readonly number[];

/** Adds rays to a histogram. @param samples [N] of each ray */
export function addRaySamples(histogram: number[], samples: Uint32Array): void {
  for (const count of samples) {
    while (histogram.length <= count) histogram.push(0);
    histogram[count]++;
  }
}

export interface HitSteps {
  /** Rays with at least one sample. */
  readonly hits: number;
  readonly mean: number;
  readonly median: number;
  /** No more than one in ten of the rays that hit has more. */
  readonly ninetieth: number;
  readonly greatest: number;
}

/** Samples of the rays that have any; all 0 where none has. */
export function hitSteps(histogram: RaySamples): HitSteps {
  const hits = histogram.reduce((sum, rays, samples) => sum + (samples > 0 ? rays : 0), 0);
  const total = histogram.reduce((sum, rays, samples) => sum + rays * samples, 0);
  const quantile = (share: number): number => {
    let seen = 0;
    return Math.max(
      0,
      histogram.findIndex((rays, samples) => samples > 0 && (seen += rays) >= share * hits && hits > 0),
    );
  };
  return {
    hits,
    mean: hits === 0 ? 0 : total / hits,
    median: quantile(0.5),
    ninetieth: quantile(0.9),
    greatest: Math.max(
      0,
      histogram.findLastIndex((rays) => rays > 0),
    ),
  };
}

export interface StepBin {
  /** Samples of the bin's rays, both included. */
  readonly from: number;
  readonly to: number;
}

/** Bins of one width over 1 ... `greatest`, `most` at most. */
export function stepBins(greatest: number, most: number): StepBin[] {
  const width = Math.max(1, Math.ceil(greatest / most));
  return Array.from({ length: Math.ceil(greatest / width) }, (_, i) => ({ from: i * width + 1, to: (i + 1) * width }));
}

/** Share of the rays that hit in each bin. */
export function shareInBins(histogram: RaySamples, bins: readonly StepBin[]): number[] {
  const { hits } = hitSteps(histogram);
  return bins.map(({ from, to }) => histogram.slice(from, to + 1).reduce((sum, rays) => sum + rays, 0) / Math.max(1, hits));
}
