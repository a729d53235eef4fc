/** Damages that files and requests meet: bits that flip, tails that are cut, numbers and words that nobody expected. */
import type { Random } from '../../src/math/random.ts';

/** What is read as numbers, lengths or keys, and is none that anybody means. */
const WORDS = [
  '-1', '0', '1e999', '-1e999', '1e-320', 'NaN', 'null', 'true', '""', '[]', '{}', '[[]]', '9007199254740993', '4294967296', '2147483648', '0.1',
  '"__proto__"', '"constructor"', '"\\u0000"', '"\\u001b[2J"', '"../../etc/passwd"', '"/dev/zero"', '\u202e', '\ud800',
]; // prettier-ignore
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7f800000, 0x7fc00000, 0xff800000];
const TOKEN = /-?\d[\d.eE+-]*|"[^"]*"|\w+/g;

/** One to three damages. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let damaged = new Uint8Array(bytes);
  for (let times = 1 + random.integer(3); times > 0; times--) damaged = once(damaged, random);
  return damaged;
}

function once(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  if (isText(bytes) && random.integer(4) > 0) return changeToken(bytes, random);
  const at = random.integer(bytes.length + 1);
  const length = Math.min(bytes.length - at, 1 + random.integer(16));
  switch (random.integer(6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return join(bytes.subarray(0, at), bytes.subarray(at + length));
    case 2:
      return join(bytes.subarray(0, at + length), bytes.subarray(at));
    case 3: {
      const out = bytes.slice();
      const word = new DataView(new ArrayBuffer(4));
      word.setUint32(0, NUMBERS[random.integer(NUMBERS.length)], random.integer(2) === 0);
      out.set(new Uint8Array(word.buffer).subarray(0, out.length - Math.min(out.length, at)), Math.min(out.length, at));
      return out;
    }
    case 4: {
      const out = bytes.slice();
      for (let i = 0; i < length; i++) out[at + i] = random.integer(256);
      return out;
    }
    default: {
      const out = bytes.slice();
      if (at < out.length) out[at] ^= 1 << random.integer(8);
      return out;
    }
  }
}

function changeToken(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder().decode(bytes);
  const tokens = [...text.matchAll(TOKEN)];
  if (tokens.length === 0) return new TextEncoder().encode(WORDS[random.integer(WORDS.length)]);
  const { index, 0: token } = tokens[random.integer(tokens.length)];
  const others = [WORDS[random.integer(WORDS.length)], tokens[random.integer(tokens.length)][0], '', `${token}${token}`];
  return new TextEncoder().encode(text.slice(0, index) + others[random.integer(others.length)] + text.slice(index + token.length));
}

function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 512).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
