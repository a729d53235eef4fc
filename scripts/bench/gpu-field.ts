/** Training and rendering of a field of known cost on a GPU, beside the same model in PyTorch. */
import type { Camera } from '../../src/geometry/camera.ts';
import type { FieldEngine, TrainBatch } from '../../src/engine/backend.ts';
import type { WebgpuDevice } from '../../src/backends/webgpu/device.ts';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { FRAME, framesPerSecond, measure, type Effort } from './measure.ts';
import { timePeers, type PeerFigures } from './peers.ts';
import { fillShell, shellBatches, shellCamera, shellCapacity, shellSettings, shellSpec } from './shell-field.ts';
import { table } from './table.ts';

const HEAD = ['', 'train rays/s', 'train samples/s', 'render rays/s', '800x800 frames/s', 'colours off by', 'losses off by'];

/** @returns Markdown */
export async function benchField(device: WebgpuDevice, effort: Effort, python: string): Promise<string> {
  const batches = shellBatches(effort.rays);
  const engine = await createWebgpuBackend(device).createField(shellSpec('lif'), shellCapacity(effort.rays));
  try {
    await fillShell(engine);
    const own = await ownRow(device.device, engine, batches, effort);
    const peers = await timePeers(
      { engine, batches, settings: shellSettings },
      python,
      process.cwd(),
      device.software ? { onProcessor: 0 } : 'gpu',
    );
    return (
      `A shell in 160^3 voxels, LIF, ${own.samplesPerRay.toFixed(1)} network samples a ray, steps of ${effort.rays} rays. ` +
      'SpikeRay renders rays that the host gives, and reads their colours back; its frames are painted from a camera and stay on the GPU.\n\n' +
      table(HEAD, [own.cells, ...peers.map(peerRow)])
    );
  } finally {
    await engine.dispose();
  }
}

async function ownRow(
  device: GPUDevice,
  engine: FieldEngine,
  batches: readonly TrainBatch[],
  effort: Effort,
): Promise<{ samplesPerRay: number; cells: string[] }> {
  let samples = 0;
  const training = await measure(effort, async (run) => {
    samples += (await engine.trainStep(batches[run % batches.length], shellSettings)).counts.samples;
  });
  const samplesPerRay = samples / ((training.runs + effort.warmUp) * effort.rays);
  const rendering = await measure(effort, (run) => engine.renderRays(batches[run % batches.length], { background: [1, 1, 1] }));
  const cameras = [0, 1, 2, 3].map((quarter): Camera => shellCamera(quarter * (Math.PI / 2)));
  const frames = await framesPerSecond(device, engine, cameras, effort);
  const raysPerSecond = (training.runs * effort.rays) / training.seconds;
  const figures = [raysPerSecond, raysPerSecond * samplesPerRay, (rendering.runs * effort.rays) / rendering.seconds];
  return { samplesPerRay, cells: ['SpikeRay', ...figures.map((value) => value.toExponential(2)), frames.toPrecision(3), '', ''] };
}

function peerRow(found: PeerFigures | { peer: string; reason: string }): string[] {
  if ('reason' in found) return [`PyTorch, ${found.peer}: not run, ${found.reason}`, '', '', '', '', '', ''];
  return [
    `PyTorch ${found.torch}, ${found.peer}, ${found.device}`,
    ...[found.trainRaysPerSecond, found.trainSamplesPerSecond, found.renderRaysPerSecond].map((value) => value.toExponential(2)),
    (found.renderRaysPerSecond / FRAME).toPrecision(3),
    `${found.colourDifference.toExponential(1)}, at most ${found.largestColourDifference.toExponential(1)}`,
    found.lossDifference.toExponential(1),
  ];
}
