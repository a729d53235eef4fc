/** Lanes that the rays of a step are divided into, and the threads that take them. */

/**
 * One lane for so many rays: what a lane costs by itself, its sums of weight gradients, stays small beside its rays. The number is part of a result's
 * bits, so that it follows from the size of a step and from nothing else.
 */
export const LANES = { least: 16, most: 64, rays: 128 } as const;

/** More would have no lane to take. */
export const MOST_THREADS = LANES.most;

/** Threads where none are asked for, on so many cores: every step has lanes for them, and memory of their own stays small beside the field's. */
export function usualThreads(cores: number): number {
  return Math.min(cores, LANES.least);
}

/** What `usualThreads` are, in words. */
export const USUAL_THREADS = `all cores, at most ${LANES.least}`;
