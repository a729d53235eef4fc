/**
 * What a worker thread of kernel-pool.ts does: waits for the next generation, takes over changed state, runs the kernel, reports that it is done.
 * Plain JavaScript, so that the same file starts from the sources and from dist/, in Node and in pages.
 */

/**
 * Never returns.
 *
 * @param {import('./kernel-pool.ts').WorkerStart} start
 * @param {() => void} ready called before it waits for the first kernel
 */
export function runKernels({ module, memory, control, thread, layout }, ready) {
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const kernels = Object.values(exports).filter((value) => typeof value === 'function');
  const state = Object.entries(exports).filter(([, value]) => value instanceof WebAssembly.Global);
  const ints = new Int32Array(control, 0, 16);
  const floats = new Float64Array(control);

  ready();
  let generation = 0;
  let version = 0;
  for (;;) {
    for (let i = 0; i < layout.spins && Atomics.load(ints, 0) === generation; i++);
    while (Atomics.load(ints, 0) === generation) Atomics.wait(ints, 0, generation);
    generation++;
    try {
      if (ints[5] !== version) {
        version = ints[5];
        for (let i = 0; i < state.length; i++) state[i][1].value = state[i][0] === 'thread' ? thread : floats[layout.state + i];
      }
      kernels[ints[2]](...floats.subarray(layout.arguments, layout.arguments + ints[3]));
    } catch (error) {
      Atomics.add(ints, 4, 1);
      throw error;
    } finally {
      Atomics.sub(ints, 1, 1);
      Atomics.notify(ints, 1);
    }
  }
}
