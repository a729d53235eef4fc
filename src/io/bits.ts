/** Flags as bits, lowest first. */

export function packBits(flags: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) bits[i >> 3] |= 1 << (i & 7);
  return bits;
}

export function unpackBits(bits: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const flags = new Uint8Array(length);
  for (let i = 0; i < length; i++) flags[i] = (bits[i >> 3] >> (i & 7)) & 1;
  return flags;
}
