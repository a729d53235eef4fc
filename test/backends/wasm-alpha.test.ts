/** Alphas of packed samples (assembly/alpha.ts) beside double precision. */
import { expect, it } from 'vitest';
import { compileKernels } from '../../src/backends/wasm/launch-node.ts';
import { SAMPLE_BYTES } from '../../src/backends/wasm/memory-plan.ts';

const AT = 1 << 16;
const WORDS = SAMPLE_BYTES / 4;
const [ALPHA, SLOPE] = [4, 8];
const UNTOUCHED = -7;

it.each([0.5, 1.6, 0.02])('are right to rounding from the emptiest to the densest places, interval %d', async (interval) => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const { exports } = new WebAssembly.Instance(await compileKernels(false), { env: { memory } });
  const shift = -4.6;
  (exports['interval'] as WebAssembly.Global).value = interval;
  (exports['densityShift'] as WebAssembly.Global).value = shift;
  const floats = new Float32Array(memory.buffer, AT, 5 * WORDS);
  for (let count = 1; count <= 4; count++) {
    for (let s = -16; s < 30; s += 0.37) {
      floats.fill(UNTOUCHED);
      for (let i = 0; i < count; i++) floats[i * WORDS + ALPHA] = s + 0.1 * i;
      const densities = Array.from({ length: count }, (_, i) => floats[i * WORDS + ALPHA]);
      (exports['densitiesToAlphas'] as (r: number, count: number) => void)(AT, count);
      densities.forEach((density, i) => {
        const e = Math.exp(Math.min(Math.fround(density + Math.fround(shift)), 23.02585));
        const alpha = -Math.expm1(-Math.fround(interval) * Math.log1p(e));
        const slope = ((interval * e) / (1 + e)) * (1 - alpha);
        expect(Math.abs(floats[i * WORDS + ALPHA] / alpha - 1)).toBeLessThan(2e-6);
        expect(Math.abs(floats[i * WORDS + SLOPE] - slope)).toBeLessThan(2e-6 * alpha);
      });
      // What lies behind the last sample is another lane's.
      expect(floats.subarray(count * WORDS).every((value) => value === UNTOUCHED)).toBe(true);
    }
  }
});
