/** Sweeps whose runs are results alone: nothing is trained. */
import { parseEntries } from '../../src/config/compare-entries.ts';
import { planJobs, writePlan, type About, type Job, type PlanRequest } from '../../src/jobs/job-plan.ts';
import { writeResult, type RunResult } from '../../src/jobs/run-result.ts';
import { openSweep, planFile, runFolder, type Sweep } from '../../src/jobs/sweep.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { leastConfig } from '../train/tiny-scene.ts';

export const WASM: Job['backend'] = { choice: 'wasm', threads: null, gpu: null };

/** In `folder`, planned: the scenes a and b with the entries of the list. */
export async function plannedSweep(folder: string, entries: string, more: Partial<PlanRequest> = {}, about?: About): Promise<Sweep> {
  const shared = { ...leastConfig(), fine: { ...leastConfig().fine, annShare: 0 } };
  const scenes = ['a', 'b'].map((name) => ({ path: `/${name}`, name, format: null, shared }));
  const request = { entries: parseEntries(entries), seeds: [1, 2], scenes, folder, backend: WASM, measure: { split: null, every: 1 } };
  await writePlan(nodeFiles, planFile(folder), planJobs({ ...request, ...more }), about);
  return openSweep(nodeFiles, folder);
}

const lines = (value: number) => ({
  published: value * 4,
  executed: value,
  shifted: value / 4,
  annPublished: 8,
  annExecuted: 8,
  annSkipping: 4,
  effective: value / 2,
});

/** @param psnr decides all other figures too */
export function measuredResult(psnr: number, views = 1): RunResult {
  const operations = { macs: psnr * 1000, acs: psnr * 2000 };
  const counts = { rays: 1, samples: 6, timeSteps: 6, spikes: [1, 1] };
  const report = {
    schema: 1,
    split: 'test',
    views,
    psnr,
    ssim: psnr / 100,
    background: [1, 1, 1],
    imageSize: { width: 800, height: 800 },
    firingRates: [0.1, 0.05],
    counts: { total: counts, samplesPerRay: 6, timeStepsPerRay: 6, spikesPerSample: [1, 1], macsPerRay: 1, acsPerRay: 1 },
    energy: {
      operationsPerImage: Object.fromEntries(Object.keys(lines(0)).map((name) => [name, operations])),
      millijoulesPerImage: lines(psnr / 10),
      shareOfAnn: { published: 0.3, executed: 0.1, skipping: 0.4 },
    },
    secondsPerImage: 1,
    depthMetresPerUnit: 1e-3,
    depthScale: { kind: 'even', low: 0, high: 1 },
    perView: Array.from({ length: views }, (_, i) => ({ name: `r_${i}`, psnr, ssim: psnr / 100, seconds: 1, counts })),
  };
  const training = {
    ...({ stage: 'fine', step: 8, seconds: 120, rays: 96, samples: 400, trainPsnr: psnr + 1, firingRates: [0.1, 0.05] } as const),
    ...{ peakMemory: 300 * 2 ** 20, backend: 'wasm', checkpoint: 'fine-00000008.safetensors' },
  };
  const measuring = { spikeray: '0.1.0', checkpoint: 'fine-00000008.safetensors', split: null, every: 1, report };
  return { schema: 1, status: 'measured', training, measuring } as unknown as RunResult;
}

export async function finish(sweep: Sweep, index: number, result: RunResult): Promise<void> {
  await writeResult(nodeFiles, runFolder(sweep, index), result);
}
