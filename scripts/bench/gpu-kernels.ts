/** The time of every kernel, beside its two numbers (docs/kernels.md) and what the GPU can do at most. */
import { maxStepsPerRay } from '../../src/lattice/lattice.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import type { FieldEngine } from '../../src/engine/backend.ts';
import type { WebgpuDevice } from '../../src/backends/webgpu/device.ts';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import type { GpuLimits } from './gpu-limits.ts';
import { kernelCosts } from './kernel-costs.ts';
import type { Effort } from './measure.ts';
import { PassProfiler } from './profile-passes.ts';
import { fillShell, shellBatches, shellCapacity, shellSettings, shellSpec } from './shell-field.ts';
import { table } from './table.ts';

const HEAD = ['kernel', 'dispatches', 'µs', 'share', 'operations', 'bytes', 'of the arithmetic', 'of the bandwidth'];

/**
 * @param device whose every dispatch is timed from now on
 * @returns Markdown
 */
export async function benchKernels(device: WebgpuDevice, effort: Effort, limits: GpuLimits): Promise<string> {
  if (!device.has('timestamp-query')) return 'The GPU has no timestamp queries: kernels cannot be timed one by one.\n';
  const batches = shellBatches(effort.rays);
  const profiler = new PassProfiler(device.device);
  const spec = shellSpec('lif');
  const engine = await createWebgpuBackend(device).createField(spec, shellCapacity(effort.rays));
  await fillShell(engine);
  const { result, gradients } = await engine.gradients(batches[0], shellSettings);
  const costs = kernelCosts({
    ...result.counts,
    voxels: voxelCount(spec.grid),
    occupied: (await engine.readOccupancy()).reduce((sum, point) => sum + point, 0),
    evaluations: result.counts.densityEvaluations,
    touchedVoxels: gradients.density!.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0),
    maxSteps: maxStepsPerRay(spec),
    width: spec.network!.width,
    views: viewInputs(spec.network!),
    firing: result.counts.active[0] / (result.counts.timeSteps * spec.network!.width),
  });
  const tables = [];
  const rays = `${effort.rays} rays of the shell`;
  for (const [title, work] of [
    [`A training step, ${rays}`, (run: number) => engine.trainStep(batches[run % batches.length], shellSettings)],
    [`Rendering, ${rays}`, (run: number) => engine.renderRays(batches[run % batches.length], { background: [1, 1, 1] })],
    ['The occupancy refreshed, and the grid scaled onto itself', () => refreshAndScale(engine)],
  ] as const) {
    for (let run = 0; run < effort.warmUp; run++) await work(run);
    await profiler.take();
    const runs = 2 * effort.warmUp;
    for (let run = 0; run < runs; run++) await work(run);
    const times = await profiler.take();
    const total = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
    const rows = times.map(({ name, dispatches, microseconds }) => {
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
    });
    tables.push(`${title}, ${(total / runs / 1000).toPrecision(3)} ms in kernels:\n\n${table(HEAD, rows)}`);
  }
  await engine.dispose();
  return tables.join('\n');
}

/** Ends when the GPU has. */
async function refreshAndScale(engine: FieldEngine): Promise<void> {
  await engine.refreshOccupancy();
  await engine.scaleGrid(engine.spec);
  await engine.readOccupancy();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
