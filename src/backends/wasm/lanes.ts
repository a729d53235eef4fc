/** Lanes that the rays of a step are divided into, and the threads that take them. */

/**
 * One lane for so many rays: what a lane costs by itself, its sums of weight gradients, stays small beside its rays. The number is part of a result's
 * bits, so that it follows from the size of a step and from nothing else.
 */
export const LANES = { least: 16, most: 64, rays: 128 } as const;

/** Lanes of a step of so many rays. */
export function lanesOf(rays: number): number {
  return Math.min(LANES.most, Math.max(LANES.least, Math.floor(rays / LANES.rays)));
}

/** First ray of a lane, or the end of the one before it (assembly/train.ts). */
export function firstRayOf(lane: number, lanes: number, rays: number): number {
  return Math.floor((rays * lane) / lanes);
}

/** More would have no lane to take. */
export const MOST_THREADS = LANES.most;

/** At most so many where none are asked for: a small step has lanes for all of them, and each has memory of its own. */
export const MOST_UNASKED = LANES.least;

/** Threads where none are asked for, in words. */
export const USUAL_THREADS = `all cores, at most ${MOST_UNASKED}`;
