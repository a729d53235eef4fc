/**
 * `npm run bench:gpu [-- SCENE] [--gpu NAME] [--preset NAME]... [--python PATH]`: what the backend webgpu does on a GPU: its limits, measured;
 * training and rendering of a field of known cost; the time of each kernel beside its two numbers; the same model in PyTorch on the same GPU; and
 * with SCENE how good a field is after how much training (presets `gpu` and `paper`, unless others are named). docs/webgpu.md explains the columns.
 */
import { parseArgs } from 'node:util';
import type { FieldEngine, TrainBatch } from '../src/backends/backend.ts';
import type { WebgpuDevice } from '../src/backends/webgpu/device.ts';
import { openNodeDevice } from '../src/backends/webgpu/launch-node.ts';
import { createWebgpuBackend } from '../src/backends/webgpu/webgpu-backend.ts';
import { byteSize } from '../src/cli/format.ts';
import { maxStepsPerRay, viewInputs } from '../src/model/field-spec.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';
import { kernelCosts } from './bench/kernel-costs.ts';
import { measureLimits, type GpuLimits } from './bench/gpu-limits.ts';
import { timePeers } from './bench/peers.ts';
import { PassProfiler } from './bench/profile-passes.ts';
import { BATCH_RAYS, fillShell, shellBatch, shellCapacity, shellSettings, shellSpec } from './bench/shell-field.ts';
import { table } from './bench/table.ts';
import { timeToPsnr } from './bench/time-to-psnr.ts';

/** How much is computed; a software adapter would take hours for what a GPU does in a minute. */
interface Effort {
  readonly warmUp: number;
  /** At least this long is measured, seconds. */
  readonly least: number;
  /** Rays of a view. */
  readonly view: number;
}

/** Of an 800x800 view. */
const VIEW_RAYS = 800 * 800;

const ON_GPU: Effort = { warmUp: 5, least: 3, view: VIEW_RAYS };
const ON_SOFTWARE: Effort = { warmUp: 1, least: 1, view: 100 * 100 };
const batches = [1, 2, 3, 4].map(shellBatch);

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

interface Speed {
  readonly runs: number;
  readonly seconds: number;
}

/** Runs `work` at least three times, after warming up. */
async function measure({ warmUp, least }: Effort, work: (run: number) => Promise<unknown>): Promise<Speed> {
  for (let run = 0; run < warmUp; run++) await work(run);
  const began = performance.now();
  for (let runs = 1; ; runs++) {
    await work(runs);
    const seconds = (performance.now() - began) / 1000;
    if (seconds >= least && runs >= 3) return { runs, seconds };
  }
}

async function renderView(engine: FieldEngine, view: TrainBatch): Promise<void> {
  await engine.renderRays(view, { background: [1, 1, 1] });
}

function viewOfBatches(count: number): TrainBatch {
  const copies = Math.ceil(count / BATCH_RAYS);
  const repeat = (name: 'origins' | 'directions' | 'target' | 'background'): Float32Array => {
    const data = new Float32Array(count * 3);
    for (let i = 0; i < copies; i++)
      data.set(batches[i % batches.length][name].subarray(0, count * 3 - i * BATCH_RAYS * 3), i * BATCH_RAYS * 3);
    return data;
  };
  return {
    count,
    origins: repeat('origins'),
    directions: repeat('directions'),
    target: repeat('target'),
    background: repeat('background'),
  };
}

async function benchField(device: WebgpuDevice, effort: Effort, python: string): Promise<void> {
  const engine = await createWebgpuBackend(device).createField(shellSpec('lif'), shellCapacity);
  await fillShell(engine);
  let samples = 0;
  const training = await measure(effort, async (run) => {
    samples += (await engine.trainStep(batches[run % batches.length], shellSettings)).counts.samples;
  });
  const samplesPerRay = samples / ((training.runs + effort.warmUp) * BATCH_RAYS);
  const view = viewOfBatches(effort.view);
  const rendering = await measure(effort, () => renderView(engine, view));
  const raysPerSecond = (training.runs * BATCH_RAYS) / training.seconds;
  print(`### A shell in 160^3 voxels, LIF, ${samplesPerRay.toFixed(1)} network samples a ray\n`);
  print(
    table(
      ['', 'train rays/s', 'train samples/s', 'render rays/s', '800x800 views/s', 'colours off by', 'losses off by'],
      [
        [
          'SpikeRay',
          ...[raysPerSecond, raysPerSecond * samplesPerRay, (rendering.runs * effort.view) / rendering.seconds].map((value) =>
            value.toExponential(2),
          ),
          ((rendering.runs * effort.view) / VIEW_RAYS / rendering.seconds).toFixed(1),
          '',
          '',
        ],
        ...(await timePeers({ engine, batches, settings: shellSettings }, python, process.cwd())).map((found) =>
          'reason' in found
            ? [`PyTorch, ${found.peer}`, `not run: ${found.reason}`, '', '', '', '', '']
            : [
                `PyTorch ${found.torch}, ${found.peer}, ${found.device}`,
                ...[found.trainRaysPerSecond, found.trainSamplesPerSecond, found.renderRaysPerSecond].map((value) =>
                  value.toExponential(2),
                ),
                (found.renderRaysPerSecond / VIEW_RAYS).toFixed(1),
                found.colourDifference.toExponential(1),
                found.lossDifference.toExponential(1),
              ],
        ),
      ],
    ),
  );
  await engine.dispose();
}

/** On a device of its own, whose every dispatch is timed. */
async function benchKernels(gpu: string | null, effort: Effort, limits: GpuLimits): Promise<void> {
  const device = await openNodeDevice(gpu);
  if (!device.has('timestamp-query')) {
    print('The GPU has no timestamp queries: kernels cannot be timed one by one.\n');
    return;
  }
  const profiler = new PassProfiler(device.device);
  const spec = shellSpec('lif');
  const engine = await createWebgpuBackend(device).createField(spec, shellCapacity);
  await fillShell(engine);
  const { result, gradients } = await engine.gradients(batches[0], shellSettings);
  const costs = kernelCosts({
    ...result.counts,
    evaluations: result.counts.densityEvaluations,
    touchedVoxels: gradients.density!.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
    maxSteps: maxStepsPerRay(spec),
    width: spec.network!.width,
    views: viewInputs(spec.network!),
    firing: result.counts.active[0] / (result.counts.timeSteps * spec.network!.width),
  });
  for (const [title, work] of [
    ['a training step of 2048 rays', (run: number) => engine.trainStep(batches[run % batches.length], shellSettings)],
    ['rendering 2048 rays', (run: number) => engine.renderRays(batches[run % batches.length], { background: [1, 1, 1] })],
  ] as const) {
    for (let run = 0; run < effort.warmUp; run++) await work(run);
    await profiler.take();
    const runs = 2 * effort.warmUp;
    for (let run = 0; run < runs; run++) await work(run);
    const times = await profiler.take();
    const total = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
    print(`### Kernels of ${title}\n`);
    print(
      table(
        ['kernel', 'dispatches', 'µs', 'share', 'operations', 'bytes', 'of the arithmetic', 'of the bandwidth'],
        times.map(({ name, dispatches, microseconds }) => {
          const { operations, bytes } = costs[name];
          const seconds = microseconds / runs / 1e6;
          return [
            name,
            (dispatches / runs).toFixed(0),
            (1e6 * seconds).toFixed(1),
            percent(microseconds / total),
            operations.toExponential(2),
            bytes.toExponential(2),
            percent(operations / seconds / limits.arithmetic),
            percent(bytes / seconds / limits.bandwidth),
          ];
        }),
      ),
    );
  }
  await engine.dispose();
  device.dispose();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

async function benchScene(device: WebgpuDevice, scene: string, preset: string): Promise<void> {
  const config = resolveConfig(preset, []);
  const points = await timeToPsnr({ scene, config, backend: createWebgpuBackend(device), everySeconds: 5, everyView: 10 });
  print(`### PSNR over time: ${scene}, preset ${preset}, every 10th val view, evaluation not counted\n`);
  print(
    table(
      ['s', 'fine steps', 'rays', 'PSNR, dB'],
      points.map(({ seconds, step, rays, psnr }) => [seconds.toFixed(1), String(step), rays.toExponential(2), psnr.toFixed(2)]),
    ),
  );
}

function describeLimits({ bandwidth, arithmetic }: GpuLimits): string {
  return `measured here: ${(bandwidth / 1e9).toPrecision(3)} GB/s copying, ${(arithmetic / 1e9).toPrecision(3)} GFLOPS f32 multiply-add`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gpu: { type: 'string' },
    preset: { type: 'string', multiple: true, default: ['gpu', 'paper'] },
    python: { type: 'string', default: 'python3' },
  },
});
const gpu = values.gpu ?? null;
const device = await openNodeDevice(gpu);
print(`## ${device.description}\n`);
if (device.software) print('A software adapter: only relative figures mean anything.\n');
const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = device.device.limits;
print(
  `buffers to ${byteSize(maxBufferSize)}, bindings to ${byteSize(maxStorageBufferBindingSize)}, ${byteSize(maxComputeWorkgroupStorageSize)} a workgroup`,
);
const limits = await measureLimits(device);
print(`${describeLimits(limits)}\n`);
const effort = device.software ? ON_SOFTWARE : ON_GPU;
await benchField(device, effort, values.python);
await benchKernels(gpu, effort, limits);
if (positionals.length > 0) for (const preset of values.preset) await benchScene(device, positionals[0], preset);
device.dispose();
