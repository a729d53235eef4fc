/** What an engine fills while it renders. */
import type { RenderedRays } from './backend.ts';
import { emptyCounts } from './counts.ts';

/** @param hiddenLayers whose counts there are; default: two */
export function emptyRendering(count: number, hiddenLayers?: number): RenderedRays {
  return {
    rgb: new Float32Array(count * 3),
    depth: new Float32Array(count),
    opacity: new Float32Array(count),
    samples: new Uint32Array(count),
    spikes: new Uint32Array(count),
    counts: emptyCounts(hiddenLayers),
  };
}
