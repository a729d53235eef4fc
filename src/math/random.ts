/**
 * The one seeded random generator: xoshiro128** (Blackman and Vigna, 2018), seeded by splitmix32. Its state is four 32-bit words, so that a
 * checkpoint restores it exactly.
 */
export class Random {
  private readonly s = new Uint32Array(4);

  constructor(seed: number | readonly number[]) {
    if (typeof seed === 'number') {
      for (let i = 0; i < 4; i++) this.s[i] = hash32(seed + Math.imul(i + 1, 0x9e3779b9));
    } else this.s.set(seed);
  }

  /** The four words of the state; `new Random(state)` continues from here. */
  get state(): number[] {
    return [...this.s];
  }

  set state(words: readonly number[]) {
    this.s.set(words);
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const s = this.s;
    const x = Math.imul(s[1], 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 24 bits: exactly representable in float32. */
  float(): number {
    return (this.uint32() >>> 8) / 16777216;
  }

  /** N(0, 1), by Box and Muller; takes two numbers. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return radius * Math.cos(2 * Math.PI * this.float());
  }

  /** Uniform integer in [0, n). The bias of the multiply-shift method is below n / 2^32. */
  integer(n: number): number {
    return Math.floor((this.uint32() / 4294967296) * n);
  }

  /** Brings the numbers into an order in which each is as likely as any other, by Fisher and Yates. */
  shuffle(numbers: Uint32Array): void {
    for (let i = numbers.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
    }
  }
}

/** A 32-bit finaliser: xor-shifts and two multiplications, every input bit reaches every output bit. Also used per sample by the Poisson encoding, on every backend. */
export function hash32(x: number): number {
  x = (x ^ (x >>> 16)) | 0;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
