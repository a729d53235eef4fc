/**
 * `npm run bench [-- SCENE]`: tables of kernel, training and rendering speed on this machine, and a training run on SCENE or a generated scene.
 * docs/benchmarks.md explains the columns.
 */
import { availableParallelism, cpus } from 'node:os';
import { createWasmBackend, relaxedSimdWorks } from '../src/backends/wasm/launch-node.ts';
import type { WasmEngine } from '../src/backends/wasm/wasm-engine.ts';
import { timeIsolatedKernels } from './bench/isolated-kernels.ts';
import { table as markdownTable } from './bench/table.ts';
import { timeTrainingLoop } from './bench/training-loop.ts';
import { fillShell, shellBatches, shellCapacity, shellSettings, shellSpec } from './bench/shell-field.ts';

const STEPS = 40;
const BATCH_RAYS = 2048;
const batches = shellBatches(BATCH_RAYS);
const capacity = shellCapacity(BATCH_RAYS);

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  print(markdownTable(head, rows));
}

async function benchKernels(relaxed: boolean): Promise<number> {
  const rows = await timeIsolatedKernels(relaxed);
  const limit = (2 * rows[0].operations) / rows[0].microseconds / 1000;
  print(`### Kernels of the colour network, one thread, ${relaxed ? 'fused multiply-add' : 'plain SIMD'}\n`);
  table(
    ['kernel', 'µs a sample', 'GFLOPS, dense equivalent', 'ratio to the dense limit'],
    rows.map(({ kernel, microseconds, operations }) => {
      const speed = (2 * operations) / microseconds / 1000;
      return [kernel, microseconds.toFixed(3), speed.toFixed(1), (speed / limit).toFixed(2)];
    }),
  );
  return limit;
}

interface FieldFigures {
  readonly neuron: string;
  readonly threads: number;
  readonly coreMicroseconds: number;
  readonly phases: readonly (readonly [string, number])[];
  readonly raysPerSecond: number;
  readonly samplesPerSecond: number;
  readonly kernelShare: number;
  readonly renderCoreMicroseconds: number;
  readonly renderRaysPerSecond: number;
  readonly samplesPerRay: number;
  readonly firing: readonly number[];
  /** Bytes. */
  readonly estimate: number;
  readonly resident: number;
}

async function benchField(neuron: 'lif' | 'relu', threads: number): Promise<FieldFigures> {
  const backend = await createWasmBackend({ threads });
  const spec = shellSpec(neuron);
  const engine = (await backend.createField(spec, capacity)) as WasmEngine;
  await fillShell(engine);
  for (let i = 0; i < 4; i++) await engine.trainStep(batches[i], shellSettings);

  const before = new Map(engine.kernelTimes);
  const start = performance.now();
  let samples = 0;
  const spikes = [0, 0];
  for (let i = 0; i < STEPS; i++) {
    const { counts } = await engine.trainStep(batches[i % batches.length], shellSettings);
    samples += counts.samples;
    spikes[0] += counts.spikes[0];
    spikes[1] += counts.spikes[1];
  }
  const wall = performance.now() - start;
  const resident = process.memoryUsage().rss;
  const phases = [...engine.kernelTimes].map(([name, ms]) => [name, ms - (before.get(name) ?? 0)] as const).filter(([, ms]) => ms > 0);

  const renderStart = performance.now();
  let rendered = 0;
  for (let i = 0; i < STEPS; i++)
    rendered += (await engine.renderRays(batches[i % batches.length], { background: [1, 1, 1] })).counts.samples;
  const renderWall = performance.now() - renderStart;
  await engine.dispose();
  return {
    neuron,
    threads,
    coreMicroseconds: (wall * 1000 * threads) / samples,
    phases: phases.map(([name, ms]) => [name, (ms * 1000 * threads) / samples] as const),
    raysPerSecond: (BATCH_RAYS * STEPS * 1000) / wall,
    samplesPerSecond: (samples * 1000) / wall,
    kernelShare: phases.reduce((sum, [, ms]) => sum + ms, 0) / wall,
    renderCoreMicroseconds: (renderWall * 1000 * threads) / rendered,
    renderRaysPerSecond: (BATCH_RAYS * STEPS * 1000) / renderWall,
    samplesPerRay: samples / (BATCH_RAYS * STEPS),
    firing: spikes.map((count) => count / (samples * 128)),
    estimate: backend.estimateBytes(spec, capacity),
    resident,
  };
}

function printFields(figures: readonly FieldFigures[], limit: number): void {
  print(`### Training and rendering a 160x160x160 field, ${BATCH_RAYS} rays a step\n`);
  table(
    [
      '',
      'threads',
      'core-µs a sample',
      'samples/s',
      'rays/s',
      "kernels' share of a step",
      'speed-up',
      'rendering: core-µs a sample',
      'rays/s',
    ],
    figures.map((f) => [
      f.neuron === 'lif' ? 'spiking (LIF)' : 'ANN twin (ReLU)',
      String(f.threads),
      f.coreMicroseconds.toFixed(2),
      Math.round(f.samplesPerSecond).toLocaleString('en'),
      Math.round(f.raysPerSecond).toLocaleString('en'),
      `${(f.kernelShare * 100).toFixed(1)} %`,
      (f.raysPerSecond / figures.find((other) => other.neuron === f.neuron)!.raysPerSecond).toFixed(2),
      f.renderCoreMicroseconds.toFixed(2),
      Math.round(f.renderRaysPerSecond).toLocaleString('en'),
    ]),
  );
  print('### Where a training step goes, core-µs a sample\n');
  const names = figures[0].phases.map(([name]) => name);
  table(
    ['', 'threads', ...names],
    figures.map((f) => [f.neuron, String(f.threads), ...names.map((name) => (f.phases.find(([n]) => n === name)?.[1] ?? 0).toFixed(2))]),
  );
  for (const f of figures.filter((figure) => figure.threads === 1)) {
    // Forward, towards the inputs and towards the weights: three products of each layer, the view part left out.
    const macs = 3 * (12 * 128 + 128 * 128 + 128 * 3);
    const floor = (2 * macs) / limit / 1000;
    print(
      `${f.neuron}: ${f.samplesPerRay.toFixed(1)} samples a ray, active ${f.firing.map((rate) => `${(rate * 100).toFixed(1)} %`).join(' / ')}; ` +
        `dense arithmetic of the network alone at the dense limit: ${floor.toFixed(2)} core-µs a sample, ` +
        `the whole step takes ${(f.coreMicroseconds / floor).toFixed(2)} times that.`,
    );
  }
  print();
}

const relaxed = await relaxedSimdWorks();
print(`${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}\n`);
await benchKernels(false);
const limit = relaxed ? await benchKernels(true) : await benchKernels(false);
const figures: FieldFigures[] = [];
for (const neuron of ['lif', 'relu'] as const) {
  for (const threads of availableParallelism() > 1 ? [1, 2] : [1]) figures.push(await benchField(neuron, threads));
}
printFields(figures, limit);
print(
  `Memory of a 160x160x160 field in training: ${(figures[0].estimate / 2 ** 20).toFixed(0)} MiB reserved at most (the estimate); ` +
    `${(figures[0].resident / 2 ** 20).toFixed(0)} MiB resident, Node and the benchmark's own data included.`,
);

const loop = await timeTrainingLoop(process.argv[2]);
print(
  `\nA fine stage on ${process.argv[2] ?? 'the generated scene "object"'}, 2 threads: ${loop.seconds.toFixed(1)} s, ` +
    `${Math.round(loop.raysPerSecond).toLocaleString('en')} rays/s, ${(loop.kernelShare * 100).toFixed(1)} % of the wall time in kernels ` +
    '(the rest: drawing rays, occupancy, scaling, reports).',
);
