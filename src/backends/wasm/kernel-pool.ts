/**
 * Runs kernels on several threads over one shared memory. The calling thread is thread 0; the others wait on a control block:
 *
 *     int32    [0] generation  [1] threads still running  [2] kernel  [3] number of arguments  [4] failed threads  [5] state version
 *     float64  arguments of the kernel, then values of the exported variables, in the order of `stateNames`
 *
 * Kernels and variables are numbered by the order of the module's exports, which is the same in every thread.
 */

import { BackendError, SpikeRayError } from '../../base/errors.ts';

/** A thread besides the calling one; see launch-node.ts and kernel-worker.js. */
export interface WorkerHandle {
  /** Settles once the thread waits for its first kernel; rejects if it could not start. */
  readonly ready: Promise<void>;
  terminate(): Promise<void>;
}

export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly thread: number;
  readonly layout: typeof LAYOUT;
}

export type SpawnWorker = (start: WorkerStart) => WorkerHandle;

/**
 * Where arguments and state lie among the floats; and how often a thread looks at the control block before it goes to sleep: about 50
 * microseconds, the gap between two kernels of a step.
 */
const LAYOUT = { arguments: 8, state: 24, spins: 5000 } as const;

export class KernelPool {
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  /** Milliseconds the calling thread has spent in each kernel, waiting for the others included. */
  readonly times = new Map<string, number>();
  private readonly exports: Record<string, unknown>;
  private readonly kernelNames: string[];
  private readonly stateNames: string[];
  private readonly workers: WorkerHandle[];
  private readonly ints: Int32Array;
  private readonly floats: Float64Array;

  private constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number, spawn: SpawnWorker) {
    this.memory = memory;
    this.threads = threads;
    this.exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.kernelNames = Object.keys(this.exports).filter((name) => typeof this.exports[name] === 'function');
    this.stateNames = Object.keys(this.exports).filter((name) => this.exports[name] instanceof WebAssembly.Global);
    const bytes = (LAYOUT.state + this.stateNames.length) * 8;
    // One thread alone shares it with nobody; not every page may share memory.
    const control = threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    this.ints = new Int32Array(control, 0, 16);
    this.floats = new Float64Array(control);
    this.workers = Array.from({ length: threads - 1 }, (_, i) =>
      spawn({ module, memory, control: control as SharedArrayBuffer, thread: i + 1, layout: LAYOUT }),
    );
  }

  /** Throws BackendError if a thread cannot start. */
  static async start(module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number, spawn: SpawnWorker): Promise<KernelPool> {
    const pool = new KernelPool(module, memory, threads, spawn);
    try {
      await Promise.all(pool.workers.map((worker) => worker.ready));
    } catch (cause) {
      await pool.dispose();
      throw new BackendError(
        `A thread of the wasm backend could not start: ${(cause as Error).message}`,
        'Use fewer threads (--threads 1).',
        { cause },
      );
    }
    return pool;
  }

  /** Sets exported variables of state.ts in every thread, from the next kernel on. Throws RangeError for an unknown name. */
  setState(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) {
      const index = this.stateNames.indexOf(name);
      if (index < 0) throw new RangeError(`The kernels have no variable ${name}.`);
      this.floats[LAYOUT.state + index] = value;
      (this.exports[name] as WebAssembly.Global).value = value;
    }
    this.ints[5]++;
  }

  /** Runs a kernel in the calling thread alone and returns what it returns. */
  runHere(kernel: string, ...args: number[]): number {
    const start = performance.now();
    const result = this.call(kernel, args);
    this.addTime(kernel, start);
    return result;
  }

  /** Runs a kernel in every thread and returns when all have finished. */
  run(kernel: string, ...args: number[]): void {
    const { ints } = this;
    const start = performance.now();
    ints[2] = this.kernelNames.indexOf(kernel);
    if (ints[2] < 0) throw new RangeError(`There is no kernel ${kernel}.`);
    ints[3] = args.length;
    this.floats.set(args, LAYOUT.arguments);
    Atomics.store(ints, 1, this.threads - 1);
    Atomics.add(ints, 0, 1);
    Atomics.notify(ints, 0);
    this.call(kernel, args);
    for (let i = 0; i < LAYOUT.spins && Atomics.load(ints, 1) > 0; i++);
    for (let left = Atomics.load(ints, 1); left > 0; left = Atomics.load(ints, 1)) Atomics.wait(ints, 1, left);
    if (Atomics.load(ints, 4) > 0) throw new SpikeRayError(`Kernel ${kernel} failed in a worker thread.`);
    this.addTime(kernel, start);
  }

  private call(kernel: string, args: readonly number[]): number {
    return (this.exports[kernel] as (...args: readonly number[]) => number)(...args);
  }

  private addTime(kernel: string, start: number): void {
    this.times.set(kernel, (this.times.get(kernel) ?? 0) + performance.now() - start);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
