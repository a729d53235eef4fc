/**
 * A matrix [inputs, outputs] of signs as groups of 8 consecutive inputs of an output, each one of 16 patterns: what is stored of weights below one bit
 * (sub-bit.ts, hadamard.ts), and what a kernel looks up.
 *
 *     patterns   a byte a pattern, bit i set: entry i is -1
 *     indices    [groups, outputs], which pattern; group g has the inputs 8 g to 8 g + 7, the last one may have fewer
 *     packed     the patterns, then two indices a byte, the low half first: half a bit a weight and 16 bytes
 */
import { digitBytes, packDigits, unpackDigits } from '../io/digits.ts';
import type { CodeForm, StoredCodes } from './quantiser.ts';

/** Weights of a group. */
export const GROUP = 8;
export const INDEX_BITS = 4;
export const PATTERNS = 2 ** INDEX_BITS;

export interface SignGroups {
  /** [PATTERNS] */
  readonly patterns: Uint8Array;
  /** [groups, outputs] */
  readonly indices: Uint8Array;
}

export function groupsOf(inputs: number): number {
  return Math.ceil(inputs / GROUP);
}

/** null for a matrix of other numbers than -1 and 1, or of more patterns. */
export function groupSigns(signs: Float32Array, inputs: number, outputs: number): SignGroups | null {
  if (signs.some((sign) => Math.abs(sign) !== 1)) return null;
  const patterns: number[] = [];
  const indices = new Uint8Array(groupsOf(inputs) * outputs);
  for (let group = 0; group < groupsOf(inputs); group++) {
    const first = group * GROUP;
    const entries = Math.min(GROUP, inputs - first);
    for (let output = 0; output < outputs; output++) {
      let pattern = 0;
      for (let i = 0; i < entries; i++) if (signs[(first + i) * outputs + output] < 0) pattern |= 1 << i;
      // Of a group with fewer entries any pattern that begins like it will do.
      let index = patterns.findIndex((known) => (known & ((1 << entries) - 1)) === pattern);
      if (index < 0) index = patterns.push(pattern) - 1;
      indices[group * outputs + output] = index;
    }
  }
  if (patterns.length > PATTERNS) return null;
  return { patterns: Uint8Array.from({ length: PATTERNS }, (_, i) => patterns[i] ?? 0), indices };
}

export function signsOf({ patterns, indices }: SignGroups, inputs: number, outputs: number): Float32Array {
  return Float32Array.from({ length: inputs * outputs }, (_, i) => {
    const input = Math.floor(i / outputs);
    const pattern = patterns[indices[Math.floor(input / GROUP) * outputs + (i % outputs)]];
    return (pattern >> (input % GROUP)) & 1 ? -1 : 1;
  });
}

export function packedBytes(inputs: number, outputs: number): number {
  return PATTERNS + digitBytes(groupsOf(inputs) * outputs, PATTERNS);
}

export function packSigns(signs: Float32Array, inputs: number, outputs: number): Uint8Array<ArrayBuffer> | null {
  const groups = groupSigns(signs, inputs, outputs);
  if (groups === null) return null;
  const bytes = new Uint8Array(packedBytes(inputs, outputs));
  bytes.set(groups.patterns);
  bytes.set(packDigits(groups.indices, PATTERNS), PATTERNS);
  return bytes;
}

/** @param bytes [packedBytes(inputs, outputs)], of any content */
export function unpackSigns(bytes: Uint8Array, inputs: number, outputs: number): Float32Array {
  const indices = unpackDigits(bytes.subarray(PATTERNS), groupsOf(inputs) * outputs, PATTERNS);
  return signsOf({ patterns: bytes.subarray(0, PATTERNS), indices }, inputs, outputs);
}

export const signForm: CodeForm = { bytes: packedBytes, pack: packSigns, unpack: unpackSigns };

/** How files hold a matrix of signs `code` that a quantiser finds, times a `scale` of each output. */
export const signCodes: StoredCodes = { state: 'code', size: 'scale', form: () => signForm };
