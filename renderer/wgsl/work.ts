/**
 * What a call has to do, known to the GPU alone: the host reads none of it before the call's end. A PART is a run of whole rays whose network
 * samples fit the network's buffers; kernels between two `beginPart` work on one part. "Local" rows count from the part's first sample.
 */

/** Words of the buffer `work`. */
export const WORK = {
  rays: 0,
  densitySamples: 1,
  /** Network samples of the whole call. */
  samples: 2,
  /** Parts that the call needs; if more than are encoded, `valid` is 0 and nothing may change. */
  parts: 3,
  valid: 4,
  nextPart: 5,
  firstRay: 6,
  partRays: 7,
  firstSample: 8,
  partSamples: 9,
} as const;
export const WORK_WORDS = 16;

/** `const WORK_FIRST_RAY = 6u;` and so on. */
export const workWgsl = Object.entries(WORK)
  .map(([name, index]) => `const WORK_${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()} = ${index}u;\n`)
  .join('');

/**
 * Most workgroups along x: a dimension has 65 535. Where a dispatch needs more, they go on along y, and the kernel counts with `linearWgsl`; it has to
 * check its index, for the last row is not full.
 */
export const DISPATCH_WIDTH = 32768;

/** A dispatch with an invocation for each of `count`, `per` of them a workgroup, for kernels that use `linearWgsl`. */
export function dispatchOf(count: number, per: number): [x: number, y: number] {
  const workgroups = Math.ceil(count / per);
  return [Math.min(workgroups, DISPATCH_WIDTH), Math.ceil(workgroups / DISPATCH_WIDTH)];
}

/** `linearIndex(id, groups)`: number of an invocation of a workgroup of so many, in a dispatch of two dimensions. */
export const linearWgsl = (workgroup: number): string =>
  `fn linearIndex(id: vec3<u32>, groups: vec3<u32>) -> u32 { return id.x + id.y * groups.x * ${workgroup}u; }\n`;

/** An indirect dispatch of ceil(of * times / per) workgroups, in x and y. */
export interface DispatchEntry {
  readonly name: string;
  readonly of: 'partSamples' | 'partRays' | 'densitySamples';
  readonly times: number;
  readonly per: number;
}
