/**
 * The kernels of the colour network one by one, on data in the cache, one thread: microseconds a sample and the ratio to `multiply` at
 * 128 x 128, the dense f32 limit that this machine reaches in WebAssembly. Backward scans are those of each neuron's own surrogate.
 */
import { compileKernels } from '../../src/backends/wasm/launch-node.ts';
import { isSpiking } from '../../src/neurons/define-neuron.ts';
import { exportName } from '../../src/neurons/export-name.ts';
import { builtInNeurons } from '../../src/neurons/index.ts';
import { firstFloat, parameterFloats, parameterPlaces } from '../../src/neurons/scan-layout.ts';
import { SURROGATE_NAMES } from '../../src/neurons/surrogates.ts';
import { Random } from '../../src/math/random.ts';

const WIDTH = 128;
const ROWS = 128;
const FIRING = [0.05, 0.1, 0.2, 0.3];
/** Shares of values that are not zero: as active ReLUs are, up to where listing stops. */
const LISTED = [0.07, 0.17, 0.3, 0.5];

export interface KernelRow {
  readonly kernel: string;
  readonly microseconds: number;
  /** Multiply-adds (dense) or their dense equivalent a sample. */
  readonly operations: number;
}

type Kernel = (...args: number[]) => number;

export async function timeIsolatedKernels(relaxed: boolean): Promise<KernelRow[]> {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
  const { exports } = new WebAssembly.Instance(await compileKernels(relaxed), { env: { memory } });
  const kernel = (name: string): Kernel => exports[name] as Kernel;
  const set = (name: string, value: number): void => {
    (exports[name] as WebAssembly.Global).value = value;
  };
  set('width', WIDTH);

  const place = {
    a: 1 << 16,
    b: 1 << 18,
    c: 1 << 19,
    d: 1 << 20,
    lists: 3 << 19,
    counts: 7 << 18,
    flags: (7 << 18) + 4096,
    ones: (7 << 18) + 8192,
    carry: 2 << 20,
    minus: (2 << 20) + 4096,
    values: (2 << 20) + 8192,
    sums: (2 << 20) + 32768,
    tally: (2 << 20) + 65536,
    saved: 5 << 19,
    entries: 3 << 20,
    ends: (3 << 20) + (1 << 18),
    scratch: (3 << 20) + (1 << 19),
    signTable: (4 << 20) - (1 << 15),
    products: (4 << 20) - 4096,
  };
  // The scans of spikes of several sizes have a row of them there.
  set('scratch', place.scratch);
  kernel('placeScratch')();
  const random = new Random(1);
  const fill = (at: number, count: number, range = 1): void => {
    new Float32Array(memory.buffer, at, count).forEach((_, i, all) => (all[i] = range * (random.float() - 0.5)));
  };
  for (const at of [place.a, place.b, place.c, place.d]) fill(at, WIDTH * ROWS);
  new Uint8Array(memory.buffer, place.flags, ROWS).forEach((_, i, all) => (all[i] = i % 16 === 0 ? 1 : 0));

  new Uint8Array(memory.buffer, place.ones, ROWS).fill(1);

  const rows: KernelRow[] = [];
  const add = (name: string, operations: number, run: () => unknown, before?: () => void): void => {
    rows.push({ kernel: name, microseconds: bestOf(run, before) / ROWS, operations });
  };
  const { a, b, c, d, entries, ends, lists, counts, flags, ones, carry, minus, values, sums, saved, tally, signTable, products } = place;
  const multiply = kernel('multiply');
  const outer = kernel('addOuterProducts');
  add('dense 128x128 (limit)', WIDTH * WIDTH, () => multiply(c, a, b, ROWS, WIDTH, WIDTH, 0));
  add('layer 1, features 12x128', 12 * WIDTH, () => multiply(c, a, b, ROWS, 12, WIDTH, 0));
  add('layer 1, feature gradients 128x12', 12 * WIDTH, () => multiply(c, a, b, ROWS, WIDTH, 12, 0));
  add('layer 1, weight gradients 12x128', 12 * WIDTH, () => outer(c, a, b, ROWS, 12, WIDTH));
  add('dense weight gradients 128x128', WIDTH * WIDTH, () => outer(c, a, b, ROWS, WIDTH, WIDTH));
  new Uint8Array(memory.buffer, signTable + 128, (WIDTH / 8) * WIDTH).forEach((_, i, all) => (all[i] = Math.floor(16 * random.float())));
  for (const rate of FIRING) {
    fillLists(memory, lists, counts, rate, random);
    const name = `${Math.round(rate * 100)} % firing`;
    add(`layer 2, sum of weight rows, ${name}`, WIDTH * WIDTH, () => kernel('sumActiveRows')(c, lists, counts, WIDTH * 2, b, ROWS, WIDTH));
    add(`layer 2, signs out of a codebook, ${name}`, WIDTH * WIDTH, () =>
      kernel('sumPatternRows')(c, lists, counts, WIDTH * 2, signTable, WIDTH / 8, ROWS, WIDTH, products),
    );
    add(`layer 2, weight gradients, ${name}`, WIDTH * WIDTH, () => kernel('addToActiveRows')(d, lists, counts, WIDTH * 2, c, ROWS, WIDTH));
  }
  for (const share of LISTED) {
    new Float32Array(memory.buffer, a, WIDTH * ROWS).forEach((_, i, all) => (all[i] = random.float() < share ? random.float() : 0));
    const name = `${Math.round(share * 100)} % not zero`;
    add(`entries, listed, ${name}`, WIDTH, () => kernel('listEntries')(a, entries, ends, ROWS, WIDTH));
    add(`entries, product, ${name}`, WIDTH * WIDTH, () => kernel('multiplyEntries')(c, entries, ends, b, ROWS, WIDTH));
    add(`entries, weight gradients, ${name}`, WIDTH * WIDTH, () => kernel('addEntryProducts')(d, entries, ends, c, ROWS, WIDTH));
  }
  for (const at of [a, d]) fill(at, WIDTH * ROWS);
  const gradients = Float32Array.from({ length: WIDTH * ROWS }, () => random.float() - 0.5);
  for (const neuron of builtInNeurons.filter(isSpiking)) {
    set('neuron', kernel(exportName(neuron))());
    set('surrogate', SURROGATE_NAMES.indexOf(neuron.surrogate.name));
    set('surrogateAlpha', neuron.surrogate.alpha);
    set('listBytes', 2 * WIDTH * neuron.terms.length);
    const parameters = new Float32Array(memory.buffer, values, parameterFloats(neuron, WIDTH));
    for (const place of parameterPlaces(neuron)) {
      const first = firstFloat(place, WIDTH);
      parameters.fill(neuron.parameters[place.name].initial, first, first + (place.channels === null ? 4 : WIDTH));
    }
    fill(a, WIDTH * ROWS, 4);
    add(`${neuron.name}, scan`, WIDTH, () => kernel('scanForward')(a, flags, carry, lists, counts, minus, saved, values, ROWS, tally));
    // Both scans change what they read: potentials of real currents, and gradients that have not shrunk to denormal numbers.
    fill(a, WIDTH * ROWS, 4);
    kernel('scanForward')(a, flags, carry, lists, counts, minus, saved, values, ROWS, tally);
    const backward = (): unknown => kernel('scanBackward')(a, c, flags, ones, carry, saved, values, sums, ROWS, 1e-3, 0);
    add(`${neuron.name}, scan backward`, WIDTH, backward, () => new Float32Array(memory.buffer, c, gradients.length).set(gradients));
  }
  return rows;
}

function fillLists(memory: WebAssembly.Memory, lists: number, counts: number, rate: number, random: Random): void {
  const indices = new Uint16Array(memory.buffer, lists, ROWS * WIDTH);
  const lengths = new Int32Array(memory.buffer, counts, ROWS);
  for (let row = 0; row < ROWS; row++) {
    lengths[row] = 0;
    for (let j = 0; j < WIDTH; j++) if (random.float() < rate) indices[row * WIDTH + lengths[row]++] = j;
  }
}

/**
 * Least microseconds a call over repeated trials: other programs only ever add time.
 *
 * @param before each call, not timed
 */
function bestOf(run: () => unknown, before: () => void = () => undefined): number {
  const calls = 200;
  const timed = (): number => {
    let spent = 0;
    for (let i = 0; i < calls; i++) {
      before();
      const start = performance.now();
      run();
      spent += performance.now() - start;
    }
    return (spent * 1000) / calls;
  };
  timed();
  return Math.min(...Array.from({ length: 15 }, timed));
}
