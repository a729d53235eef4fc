/** Products with listed entries (assembly/sparse-rows.ts) beside the dense ones: the same bits, whatever the density. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernels } from '../../src/backends/wasm/launch-node.ts';
import { Random } from '../../src/math/random.ts';

const WIDTH = 48;
const ROWS = 9;
const PLACE = { values: 1 << 16, weights: 2 << 16, entries: 3 << 16, ends: 4 << 16, dense: 5 << 16, sparse: 6 << 16, gradients: 7 << 16 };

let memory: WebAssembly.Memory;
let kernels: Record<string, (...args: number[]) => number>;

beforeAll(async () => {
  memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
  const { exports } = new WebAssembly.Instance(await compileKernels(false), { env: { memory } });
  kernels = exports as typeof kernels;
});

function floats(at: number, count: number): Float32Array {
  return new Float32Array(memory.buffer, at, count);
}

/** Rows with so many values that are not zero; the first row has none. */
function fill(density: number): void {
  const random = new Random(3);
  const value = (): number => random.float() - 0.5;
  floats(PLACE.values, ROWS * WIDTH).forEach((_, i, all) => (all[i] = i >= WIDTH && random.float() < density ? value() : 0));
  for (const at of [PLACE.weights, PLACE.gradients]) floats(at, WIDTH * WIDTH).forEach((_, i, all) => (all[i] = value()));
  kernels['listEntries'](PLACE.values, PLACE.entries, PLACE.ends, ROWS, WIDTH);
}

describe.each([0, 0.1, 0.6, 1])('rows of which a share of %d is not zero', (density) => {
  it('has an entry for each value that is not zero', () => {
    fill(density);
    const values = floats(PLACE.values, ROWS * WIDTH);
    const count = values.filter((value) => value !== 0).length;
    const end = new Uint32Array(memory.buffer, PLACE.ends, ROWS)[ROWS - 1];
    expect(end - PLACE.entries).toBe(8 * count);
    const [columns, listed] = [new Int32Array(memory.buffer, PLACE.entries, 2 * count), floats(PLACE.entries, 2 * count)];
    const ends = new Uint32Array(memory.buffer, PLACE.ends, ROWS);
    const spread = new Float32Array(ROWS * WIDTH);
    for (let row = 0, i = 0; row < ROWS; row++)
      for (; PLACE.entries + 8 * i < ends[row]; i++) spread[row * WIDTH + columns[2 * i]] = listed[2 * i + 1];
    expect(spread).toEqual(values);
  });

  it.each([4, 12, 32, 48])('has the dense product with %d columns, bit for bit', (columns) => {
    fill(density);
    kernels['multiply'](PLACE.dense, PLACE.values, PLACE.weights, ROWS, WIDTH, columns, 0);
    kernels['multiplyEntries'](PLACE.sparse, PLACE.entries, PLACE.ends, PLACE.weights, ROWS, columns);
    expect(floats(PLACE.sparse, ROWS * columns)).toEqual(floats(PLACE.dense, ROWS * columns));
  });

  it.each([4, 12, 32, 48])('has the dense sum of outer products with %d columns, bit for bit', (columns) => {
    fill(density);
    for (const at of [PLACE.dense, PLACE.sparse]) floats(at, WIDTH * columns).fill(0.25);
    kernels['addOuterProducts'](PLACE.dense, PLACE.values, PLACE.gradients, ROWS, WIDTH, columns);
    kernels['addEntryProducts'](PLACE.sparse, PLACE.entries, PLACE.ends, PLACE.gradients, ROWS, columns);
    expect(floats(PLACE.sparse, WIDTH * columns)).toEqual(floats(PLACE.dense, WIDTH * columns));
  });
});

describe('rows of which most values are a share of those behind them', () => {
  const KEEP = Math.fround(0.7);
  const STARTS = [0, 4, 5];
  const flags = 8 << 16;

  /** Gradients run back through time; `density` of them change; values of the product are compared. */
  function fillRows(density: number): void {
    fill(0);
    new Uint8Array(memory.buffer, flags, ROWS).forEach((_, row, all) => (all[row] = STARTS.includes(row) ? 1 : 0));
    const random = new Random(5);
    const values = floats(PLACE.values, ROWS * WIDTH);
    for (let row = ROWS - 1; row >= 0; row--)
      for (let j = 0; j < WIDTH; j++) {
        const next = row + 1 < ROWS && !STARTS.includes(row + 1) ? values[(row + 1) * WIDTH + j] : 0;
        values[row * WIDTH + j] = KEEP * next + (random.float() < density ? random.float() - 0.5 : 0);
      }
  }

  it.each([0, 0.2, 1])('has the dense product where a share of %d changes', (density) => {
    fillRows(density);
    const rows = [PLACE.entries, PLACE.ends, flags, ROWS, WIDTH, KEEP];
    expect(kernels['changesAreSparse'](PLACE.values, ...rows.slice(2))).toBe(density < 0.5 ? 1 : 0);
    kernels['listChanges'](PLACE.values, ...rows);
    const listed = (new Uint32Array(memory.buffer, PLACE.ends, ROWS)[ROWS - 1] - PLACE.entries) / 8;
    expect(listed).toBeLessThanOrEqual((density === 0.2 ? 0.3 : density) * ROWS * WIDTH);
    kernels['multiplyEntries'](PLACE.sparse, PLACE.entries, PLACE.ends, PLACE.weights, ROWS, WIDTH);
    kernels['addKept'](PLACE.sparse, flags, ROWS, WIDTH, KEEP);
    kernels['multiply'](PLACE.dense, PLACE.values, PLACE.weights, ROWS, WIDTH, WIDTH, 0);
    const dense = floats(PLACE.dense, ROWS * WIDTH);
    floats(PLACE.sparse, ROWS * WIDTH).forEach((value, i) => expect(Math.abs(value - dense[i])).toBeLessThan(1e-5));
  });
});

it('adds a transposed matrix', () => {
  fill(0.5);
  const [k, n] = [12, WIDTH];
  const from = floats(PLACE.weights, n * k).slice();
  floats(PLACE.dense, k * n).fill(0.25);
  kernels['addTransposed'](PLACE.dense, PLACE.weights, k, n);
  const expected = Float32Array.from({ length: k * n }, (_, at) => 0.25 + from[(at % n) * k + Math.floor(at / n)]);
  expect(floats(PLACE.dense, k * n)).toEqual(expected);
});
