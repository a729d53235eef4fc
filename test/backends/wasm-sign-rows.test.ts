/** Rows of spikes times signs out of a codebook, looked up: as the sums of their rows of weights. */
import { expect, test } from 'vitest';
import { compileKernels } from '../../src/backends/wasm/launch-node.ts';
import { lookedUpGroups, signTableBytes, writeSignTable } from '../../src/backends/wasm/sign-table.ts';
import { Random } from '../../src/math/random.ts';
import { quantise } from '../../src/quantisers/quantise.ts';
import { measureState } from '../../src/quantisers/quantiser.ts';
import { subBit } from '../../src/quantisers/sub-bit.ts';
import { fieldFixture, normals } from '../helpers/field-fixtures.ts';

type Kernel = (...args: number[]) => void;

test.each([128, 48])('%i neurons', async (width) => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8, shared: true });
  const { exports } = new WebAssembly.Instance(await compileKernels(false), { env: { memory } });
  const sum = exports['sumPatternRows'] as Kernel;
  const random = new Random(4);
  const raw = normals(random, width * width, 0.2);
  const states = Object.fromEntries(
    Object.entries(subBit.states).map(([name, state]) => [name, measureState(state, raw, Float32Array.of(NaN), [width, width])]),
  );
  const seen = quantise(subBit, { raw, parameters: {}, states });

  const rows = 9;
  const groups = lookedUpGroups(fieldFixture({ network: { width, quantiser: 'sub-bit' } }).spec.network!);
  expect(groups % 4).toBe(0);
  const [out, lists, counts, products, table] = [1 << 16, 2 << 16, 3 << 16, (3 << 16) + 4096, 4 << 16];
  expect(signTableBytes(groups, width)).toBeLessThan(1 << 16);
  expect(writeSignTable(memory.buffer, table, seen, width, groups)).toBe(true);
  // Row r has r eighths of its neurons, every other one with the value 2, in the last row all with it.
  const stride = 4 * width;
  const indices = new Uint16Array(memory.buffer, lists, rows * 2 * width);
  const lengths = new Int32Array(memory.buffer, counts, rows);
  const wanted = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    lengths[row] = 0;
    for (let i = 0; i < width; i++) {
      if (random.float() >= row / 8) continue;
      for (let spike = 0; spike < (row === 8 || i % 2 === 0 ? 2 : 1); spike++) {
        indices[row * 2 * width + lengths[row]++] = i;
        for (let j = 0; j < width; j++) wanted[row * width + j] += seen[i * width + j];
      }
    }
  }
  sum(out, lists, counts, stride, table, groups, rows, width, products);
  const found = new Float32Array(memory.buffer, out, rows * width);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
  expect(Math.max(...found)).toBeGreaterThan(1);
});

test('a matrix of other numbers has no table', () => {
  const buffer = new ArrayBuffer(1024);
  const signs = Float32Array.from({ length: 256 }, (_, i) => (i % 3 === 0 ? -0.5 : 0.5));
  expect(writeSignTable(buffer, 0, signs, 16, 4)).toBe(true);
  signs[7] = 0.25;
  expect(writeSignTable(buffer, 0, signs, 16, 4)).toBe(false);
});
