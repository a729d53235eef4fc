/** Exact counts: 64-bit, as two words each. */

export const STATS = [
  'densityEvaluations',
  'densitySamples',
  'samples',
  'activeRays',
  'spannedSteps',
  'timeSteps',
  'spikes1',
  'spikes2',
  'inputSpikes',
  'inputBits',
  'repeatedViewBits',
  'active1',
  'active2',
  'negative1',
  'negative2',
  'bits1',
  'bits2',
  // Spikes but for those in gaps; counted in training, where there are gaps.
  'shownSpikes1',
  'shownSpikes2',
] as const;
export type Stat = (typeof STATS)[number];

/** Number of a count for `count`. */
export function statIndex(name: Stat): number {
  return STATS.indexOf(name);
}

/** Needs the buffer `stats` as `write array<atomic<u32>>`; `index` from statIndex. A whole workgroup's sum at once is cheapest. */
export const countWgsl = /* wgsl */ `
fn count(index: u32, n: u32) {
  if (n == 0u) { return; }
  let before = atomicAdd(&stats[2u * index], n);
  if (before + n < before) { atomicAdd(&stats[2u * index + 1u], 1u); }
}
`;

/**
 * Defines `countAll(counts, lane)`, called once by all of a workgroup: adds up their counts, `names` in this order, in the workgroup's memory, with
 * `subgroups` those of a subgroup before. Needs `countWgsl`. Sums of integers: either way gives the same, in whatever order lanes lie.
 */
export function countAllWgsl(names: readonly Stat[], subgroups: boolean): string {
  const add = (k: number): string =>
    subgroups
      ? `{ let sum = subgroupAdd(counts[${k}]); if (subgroupElect()) { atomicAdd(&counted[${k}], sum); } }`
      : `atomicAdd(&counted[${k}], counts[${k}]);`;
  const places = names.map((name) => `${statIndex(name)}u`).join(', ');
  return /* wgsl */ `
var<workgroup> counted: array<atomic<u32>, ${names.length}>;
fn countAll(counts: array<u32, ${names.length}>, lane: u32) {
${names.map((_, k) => `  ${add(k)}\n`).join('')}  workgroupBarrier();
  if (lane < ${names.length}u) { count(array<u32, ${names.length}>(${places})[lane], atomicLoad(&counted[lane])); }
}
`;
}

/** The counts from the words of `stats`. */
export function readStats(words: Uint32Array): Record<Stat, number> {
  return Object.fromEntries(STATS.map((name, i) => [name, words[2 * i] + words[2 * i + 1] * 2 ** 32])) as Record<Stat, number>;
}
