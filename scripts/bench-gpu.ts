/**
 * `npm run bench:gpu [-- SCENE] [--gpu NAME] [--preset NAME]... [--seconds N] [--set KEY=VALUE]... [--python PATH]`: what the backend webgpu does
 * on a GPU: its limits, measured; training and rendering of a field of known cost, beside the same model in PyTorch on the same GPU; the time of
 * each kernel beside its two numbers; and with SCENE how good a field is after how much training, and how many frames of it a second are drawn
 * (presets `gpu` and `paper`, unless others are named; at most N seconds each). Markdown on stdout; docs/webgpu.md explains the columns.
 */
import { parseArgs } from 'node:util';
import { openScene } from '../datasets/index.ts';
import type { SceneData } from '../datasets/scene-data.ts';
import type { WebgpuDevice } from '../src/backends/webgpu/device.ts';
import { openNodeDevice } from '../src/backends/webgpu/launch-node.ts';
import { createWebgpuBackend } from '../src/backends/webgpu/webgpu-backend.ts';
import { byteSize } from '../src/base/format.ts';
import { sharpCodec } from '../src/node/image-codec.ts';
import { nodeFiles } from '../src/node/node-files.ts';
import { parseAssignment, resolveConfig } from '../src/config/resolve-config.ts';
import type { Config } from '../src/config/schema.ts';
import { benchField } from './bench/gpu-field.ts';
import { benchKernels } from './bench/gpu-kernels.ts';
import { measureLimits, type GpuLimits } from './bench/gpu-limits.ts';
import type { Effort } from './bench/measure.ts';
import { tableHead, tableRow } from './bench/table.ts';
import { timeToPsnr } from './bench/time-to-psnr.ts';

const ON_GPU: Effort = { warmUp: 5, least: 3, rays: 8192, side: 800 };
const ON_SOFTWARE: Effort = { warmUp: 1, least: 1, rays: 512, side: 100 };
/** Every so manieth view of the split val is looked at, every so many seconds of training. */
const [EVERY_VIEW, EVERY_SECONDS] = [10, 10];

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** One part of the report. What goes wrong in it is told, and ends the program with 1 after the others. */
async function part(title: string, work: () => Promise<string>): Promise<void> {
  print(`### ${title}\n`);
  try {
    print(await work());
  } catch (error) {
    print(`Failed: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

async function benchScene(device: WebgpuDevice, scene: SceneData, config: Config, mostSeconds: number, effort: Effort): Promise<string> {
  const backend = createWebgpuBackend(device);
  let isFirst = true;
  const finished = await timeToPsnr({
    ...{ scene, config, backend, mostSeconds, device: device.device },
    everySeconds: EVERY_SECONDS,
    everyView: EVERY_VIEW,
    // There are many points.
    effort: { ...effort, warmUp: 1, least: effort.least / 3 },
    found: ({ seconds, step, rays, psnr, frames }) => {
      if (isFirst) print(tableHead(['s', 'fine steps', 'rays', 'PSNR, dB', '800x800 frames/s']));
      isFirst = false;
      print(tableRow([seconds.toFixed(1), String(step), rays.toExponential(2), psnr.toFixed(2), frames.toPrecision(3)]));
    },
  });
  return finished ? '' : `\nEnded before its schedule (--seconds ${mostSeconds}).\n`;
}

function describeLimits({ bandwidth, arithmetic }: GpuLimits): string {
  return `measured here: ${(bandwidth / 1e9).toPrecision(3)} GB/s copying, ${(arithmetic / 1e9).toPrecision(3)} GFLOPS f32 multiply-add`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gpu: { type: 'string' },
    preset: { type: 'string', multiple: true, default: ['gpu', 'paper'] },
    seconds: { type: 'string', default: '120' },
    set: { type: 'string', multiple: true, default: [] },
    python: { type: 'string', default: 'python3' },
  },
});
// What is wrong in the command is told before anything is measured.
const configs = values.preset.map((preset) => [preset, resolveConfig(preset, values.set.map(parseAssignment))] as const);
const mostSeconds = Number(values.seconds);
if (!(mostSeconds > 0)) throw new RangeError(`--seconds ${values.seconds}: expected a number above 0`);

const gpu = values.gpu ?? null;
const device = await openNodeDevice(gpu);
const files = { files: nodeFiles, images: sharpCodec, splits: ['train', 'val'] } as const;
const scene = positionals.length > 0 ? await openScene(positionals[0], { ...files, ...configs[0][1].scene }) : null;
const effort = device.software ? ON_SOFTWARE : ON_GPU;
print(`## ${device.description}\n`);
if (device.software) print('A software adapter: only relative figures mean anything.\n');
const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = device.device.limits;
print(
  `buffers to ${byteSize(maxBufferSize)}, bindings to ${byteSize(maxStorageBufferBindingSize)}, ${byteSize(maxComputeWorkgroupStorageSize)} a workgroup`,
);
const limits = await measureLimits(device);
print(`${describeLimits(limits)}\n`);
await part('A field of known cost', () => benchField(device, effort, values.python));
const timed = await openNodeDevice(gpu);
await part('Kernels', () => benchKernels(timed, effort, limits));
timed.dispose();
if (scene === null) print('No scene was given: nothing about the quality for the time. npm run bench:gpu -- SCENE\n');
else
  for (const [preset, config] of configs)
    await part(`${positionals[0]}, preset ${preset}: PSNR of every ${EVERY_VIEW}th val view, evaluation not counted`, () =>
      benchScene(device, scene, config, mostSeconds, effort),
    );
device.dispose();
