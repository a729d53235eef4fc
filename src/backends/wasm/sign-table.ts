/** What the kernel that looks up signs (assembly/sign-groups.ts) reads of a matrix of signs times a scale for each output. */
import type { NetworkSpec } from '../../model/field-spec.ts';
import { GROUP, groupSigns, groupsOf, PATTERNS, signCodes } from '../../quantisers/sign-groups.ts';
import { quantiserNamed } from '../../quantisers/index.ts';

/** Groups are added by so many. */
const ADDED = 4;

/** Groups in front of layer 2 whose products are looked up, so many that kernels take them by fours; 0: its weights are no signs. */
export function lookedUpGroups({ quantiser = null, width }: NetworkSpec): number {
  const name = typeof quantiser === 'string' ? quantiser : quantiser?.[1];
  return name && quantiserNamed(name).codes === signCodes ? Math.ceil(groupsOf(width) / ADDED) * ADDED : 0;
}

export function signTableBytes(groups: number, outputs: number): number {
  return groups === 0 ? 0 : GROUP * PATTERNS + groups * outputs + 4 * outputs;
}

/**
 * Writes the table at `offset`; returns whether the matrix is one of signs out of a codebook, each output's times one scale.
 *
 * @param seen [inputs, outputs]
 */
export function writeSignTable(buffer: ArrayBufferLike, offset: number, seen: Float32Array, outputs: number, groups: number): boolean {
  const inputs = seen.length / outputs;
  const scales = Float32Array.from({ length: outputs }, (_, j) => Math.abs(seen[j]));
  if (seen.some((value, i) => Math.abs(value) !== scales[i % outputs])) return false;
  const signs = groupSigns(seen.map(Math.sign), inputs, outputs);
  if (signs === null) return false;
  const entries = new Int8Array(buffer, offset, GROUP * PATTERNS);
  entries.forEach((_, at) => (entries[at] = (signs.patterns[at % PATTERNS] >> Math.floor(at / PATTERNS)) & 1 ? -1 : 1));
  new Uint8Array(buffer, offset + entries.length, groups * outputs).set(signs.indices);
  new Float32Array(buffer, offset + entries.length + groups * outputs, outputs).set(scales);
  return true;
}
