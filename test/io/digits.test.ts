/** Digits as bytes: by hand, there and back, and bytes that are none. */
import { expect, it } from 'vitest';
import { digitBytes, packDigits, unpackDigits } from '../../src/io/digits.ts';
import { Random } from '../../src/math/random.ts';

it.each([
  { base: 3, digits: [1, 0, 2, 0, 1, 2], bytes: [1 + 2 * 9 + 81, 2] },
  { base: 4, digits: [3, 0, 1, 2, 1], bytes: [0b10010011, 1] },
  { base: 8, digits: [5, 1, 7], bytes: [0b11001101, 1] },
  { base: 64, digits: [63, 1], bytes: [0b01111111, 0] },
  { base: 256, digits: [200, 7], bytes: [200, 7] },
])('are bytes by hand, base $base', ({ base, digits, bytes }) => {
  expect([...packDigits(Uint8Array.from(digits), base)]).toEqual(bytes);
});

it.each([2, 3, 4, 7, 8, 16, 31, 64, 127, 255, 256])('come back, base %i', (base) => {
  const random = new Random(base);
  for (const count of [1, 4, 5, 8, 61]) {
    const digits = Uint8Array.from({ length: count }, () => Math.floor(random.float() * base));
    const bytes = packDigits(digits, base);
    expect(bytes).toHaveLength(digitBytes(count, base));
    expect(unpackDigits(bytes, count, base)).toEqual(digits);
  }
});

it('are not below their base where the bytes hold none', () => {
  expect(unpackDigits(Uint8Array.of(243), 5, 3)[4]).toBe(3);
  expect(unpackDigits(Uint8Array.of(9), 2, 3)[1]).toBe(3);
  expect(unpackDigits(Uint8Array.of(0b111), 1, 7)[0]).toBe(7);
});
