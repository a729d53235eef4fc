/** What was computed: exact counts. */
import { emptyCounts, type Counts } from '../../engine/counts.ts';
import type { PackedSamples } from '../../../renderer/march.ts';
import type { ForwardPass } from './forward.ts';
import type { HiddenActivity } from './network-in-time.ts';

export interface Activity {
  readonly counts: Counts;
  /** [N] spikes of all hidden layers of each ray */
  readonly spikesOfRay: Uint32Array;
}

export function countActivity(samples: PackedSamples, { hidden }: ForwardPass): Activity {
  const { rays, rayOffsets, networkRows, stepIndex } = samples;
  const tallies = hidden?.tallies() ?? [];
  const counts = hidden === null ? emptyCounts() : emptyCounts(tallies.length);
  counts.rays = rays;
  for (let ray = 0; ray < rays; ray++) {
    const [begin, end] = [rayOffsets[ray], rayOffsets[ray + 1]];
    if (begin === end) continue;
    counts.activeRays++;
    counts.spannedSteps += stepIndex[networkRows[end - 1]] - stepIndex[networkRows[begin]] + 1;
  }
  counts.densityEvaluations = samples.densityEvaluations;
  counts.densitySamples = samples.stepIndex.length;
  counts.samples = samples.networkRows.length;
  const spikesOfRay = new Uint32Array(rays);
  if (hidden === null) return { counts, spikesOfRay };

  counts.timeSteps = hidden.layout.timeSteps * hidden.repeats;
  if (hidden.lengths !== undefined) counts.layerSteps = hidden.lengths.map((length) => length * hidden.layout.timeSteps);
  tallies.forEach(({ spikes, active, negative, bits }, layer) => {
    spikes.forEach((count, column) => {
      counts.spikes[layer] += count;
      spikesOfRay[hidden.layout.rayOfColumn[column]] += count;
    });
    counts.active[layer] += active;
    counts.negative[layer] += negative;
    counts.bits[layer] += bits;
  });
  counts.inputSpikes += hidden.poisson?.spikes() ?? 0;
  counts.inputBits += hidden.poisson?.spikes() ?? 0;
  countInputSpikes(counts, samples, hidden);
  return { counts, spikesOfRay };
}

/** Features once a sample, view terms once a ray with samples; the ones of these in binary again for the samples behind its first. */
function countInputSpikes(counts: Counts, { rays, rayOffsets }: PackedSamples, { inputSpikes: { features, views } }: HiddenActivity): void {
  for (const spikes of features?.dataSync<'float32'>() ?? []) {
    counts.inputSpikes += Math.abs(spikes);
    counts.inputBits += onesIn(Math.abs(spikes));
  }
  if (views === null) return;
  const terms = views.length / rays;
  for (let ray = 0; ray < rays; ray++) {
    const count = rayOffsets[ray + 1] - rayOffsets[ray];
    if (count === 0) continue;
    for (const spikes of views.subarray(ray * terms, (ray + 1) * terms)) {
      counts.inputSpikes += Math.abs(spikes);
      counts.inputBits += onesIn(Math.abs(spikes));
      counts.repeatedViewBits += (count - 1) * onesIn(Math.abs(spikes));
    }
  }
}

function onesIn(whole: number): number {
  let ones = 0;
  for (let rest = whole; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
