/** Small whole numbers as bytes: five digits below 3 a byte, others in their whole bits one after the other; in both the first is the lowest. */

/** How many digits share a word, and the bits of it. */
function wordOf(base: number): { readonly digits: number; readonly bits: number } {
  return base === 3 ? { digits: 5, bits: 8 } : { digits: 1, bits: Math.ceil(Math.log2(base)) };
}

/** @param base 2 to 256 */
export function digitBytes(count: number, base: number): number {
  const { digits, bits } = wordOf(base);
  return Math.ceil((Math.ceil(count / digits) * bits) / 8);
}

/** @param digits each below `base`, which is 2 to 256 */
export function packDigits(digits: Uint8Array, base: number): Uint8Array<ArrayBuffer> {
  const word = wordOf(base);
  const bytes = new Uint8Array(digitBytes(digits.length, base));
  for (let first = 0, at = 0; first < digits.length; first += word.digits, at += word.bits) {
    let value = 0;
    for (let i = Math.min(first + word.digits, digits.length) - 1; i >= first; i--) value = value * base + digits[i];
    value <<= at & 7;
    bytes[at >> 3] |= value;
    if (value > 255) bytes[(at >> 3) + 1] |= value >> 8;
  }
  return bytes;
}

/**
 * The inverse. Bytes that stand for no digits give some that are not below `base`.
 *
 * @param bytes [digitBytes(count, base)]
 */
export function unpackDigits(bytes: Uint8Array, count: number, base: number): Uint8Array<ArrayBuffer> {
  const word = wordOf(base);
  const digits = new Uint8Array(count);
  for (let first = 0, at = 0; first < count; first += word.digits, at += word.bits) {
    let value = ((bytes[at >> 3] | (bytes[(at >> 3) + 1] << 8)) >> (at & 7)) & (2 ** word.bits - 1);
    const last = Math.min(first + word.digits, count) - 1;
    for (let i = first; i < last; i++) {
      digits[i] = value % base;
      value = Math.floor(value / base);
    }
    digits[last] = value;
  }
  return digits;
}
