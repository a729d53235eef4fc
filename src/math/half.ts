/** Numbers in 16 bits (IEEE 754 binary16): 11 bits of significance from 6e-5 to 65504, multiples of 2^-24 below. */

const LARGEST = 0x7bff;
/** Bits of 2^-14, the least number with 11 bits. */
const LEAST_NORMAL = 113 << 23;
/** What the exponents of the two formats differ by. */
const REBIAS = 112 << 10;

/** To the nearest; what is beyond the format's range to its ends. */
export function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const word = words[i];
    const magnitude = word & 0x7fffffff;
    // Ties go to the even one; a carry goes on into the exponent.
    const half =
      magnitude < LEAST_NORMAL
        ? Math.round(Math.abs(values[i]) * 2 ** 24)
        : ((magnitude + 0xfff + ((magnitude >>> 13) & 1)) >>> 13) - REBIAS;
    halves[i] = ((word >>> 16) & 0x8000) | Math.min(half, LARGEST);
  }
  return halves;
}

export function fromHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, (half) => {
    const exponent = (half >>> 10) & 31;
    const significand = half & 1023;
    const magnitude = exponent === 0 ? significand * 2 ** -24 : (1 + significand / 1024) * 2 ** (exponent - 15);
    return half >= 0x8000 ? -magnitude : magnitude;
  });
}
