/**
 * What `sweep plan`, `submit` and `collect` cost where there are ten thousand runs (docs/scale.md): plans so many jobs, writes a result for each (of 200
 * views), and collects them. Prints processor seconds (those of the clock are more on a machine that is busy) and the most memory.
 *
 *     node dist/scripts/collect-many.js FOLDER [RUNS]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEntries } from '../src/config/compare-entries.ts';
import { presets } from '../src/config/presets.ts';
import { planJobs, writePlan } from '../src/jobs/job-plan.ts';
import { openSweep, planFile, runFolder, statesOf } from '../src/jobs/sweep.ts';
import { processorSeconds } from './bench/processor-time.ts';
import { sweepFiles } from '../src/jobs/sweep-report.ts';
import { tabulate } from '../src/jobs/sweep-table.ts';
import { nodeFiles } from '../src/node/node-files.ts';

const VIEWS = 200;
const SCENES = 10;
const ENTRIES = 'ann,lif,ternary,plif,four-bit';

export interface Costs {
  readonly runs: number;
  readonly planSeconds: number;
  readonly planBytes: number;
  readonly statusSeconds: number;
  readonly collectSeconds: number;
  readonly resultBytes: number;
  readonly peakBytes: number;
}

/** @param runs a multiple of 50 */
async function collectMany(folder: string, runs: number): Promise<Costs> {
  const file = planFile(folder);
  const planned = seconds();
  const scenes = Array.from({ length: SCENES }, (_, i) => ({
    path: `/scenes/${i}`,
    name: `scene-${i}`,
    format: null,
    shared: presets.blender,
  }));
  const entries = parseEntries(ENTRIES);
  const seeds = Array.from({ length: runs / SCENES / entries.length }, (_, i) => i);
  const backend = { choice: 'wasm', threads: null, gpu: null } as const;
  await writePlan(nodeFiles, file, planJobs({ entries, seeds, scenes, folder, backend, measure: { split: null, every: 1 } }));
  const planSeconds = planned();
  const sweep = await openSweep(nodeFiles, folder);
  for (const [index, { seed }] of sweep.jobs.entries()) {
    const result = `${runFolder(sweep, index)}/result.json`;
    mkdirSync(dirname(result), { recursive: true });
    writeFileSync(result, JSON.stringify(syntheticResult(20 + (seed % 7) + (index % 5)), null, 2));
  }
  const asked = seconds();
  const states = await statesOf(nodeFiles, sweep);
  const statusSeconds = asked();
  if (states.some((state) => state !== 'done')) throw new Error('expected every run to be done');
  const collected = seconds();
  const files = sweepFiles(await tabulate(nodeFiles, await openSweep(nodeFiles, folder)), 'collect-many', new Date(0).toISOString());
  for (const [name, text] of Object.entries(files)) await nodeFiles.writeAtomic(`${folder}/${name}`, [new TextEncoder().encode(text)]);
  return {
    runs: sweep.jobs.length,
    planSeconds,
    planBytes: (await nodeFiles.read(file)).length,
    statusSeconds,
    collectSeconds: collected(),
    resultBytes: (await nodeFiles.read(`${runFolder(sweep, 0)}/result.json`)).length,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function seconds(): () => number {
  const began = processorSeconds();
  return () => processorSeconds() - began;
}

/** As large as that of a real run. */
function syntheticResult(psnr: number): object {
  const counts = {
    rays: 640_000,
    emptyRays: 400_000,
    marched: 9_123_456,
    samples: 3_456_789,
    timeSteps: 4_567_890,
    slots: 5_678_901,
    spikes: [7_654_321, 6_543_210],
  };
  const lines = Object.fromEntries(
    ['published', 'executed', 'annPublished', 'annExecuted', 'annSkipping', 'effective'].map((name) => [name, psnr]),
  );
  const operations = Object.fromEntries(Object.keys(lines).map((name) => [name, { macs: psnr * 1e6, acs: psnr * 2e6 }]));
  const report = {
    ...{
      schema: 1,
      split: 'test',
      views: VIEWS,
      psnr,
      ssim: 0.9,
      background: [1, 1, 1],
      imageSize: { width: 800, height: 800 },
      firingRates: [0.1, 0.05],
    },
    counts: { total: counts, samplesPerRay: 5, timeStepsPerRay: 6, spikesPerSample: [1, 1], macsPerRay: 1, acsPerRay: 1 },
    energy: { operationsPerImage: operations, millijoulesPerImage: lines, shareOfAnn: { published: 0.3, executed: 0.1, skipping: 0.4 } },
    ...{ secondsPerImage: 0.54, depthMetresPerUnit: 1e-4, depthScale: { kind: 'even', low: 2, high: 6 } },
    perView: Array.from({ length: VIEWS }, (_, i) => ({
      name: `r_${i}`,
      psnr: psnr + i / 1000,
      ssim: 0.9123456789,
      seconds: 0.5432109876,
      counts,
    })),
  };
  const training = { stage: 'fine', step: 15_000, seconds: 600, rays: 3e7, samples: 2e8, trainPsnr: psnr, firingRates: [0.1, 0.05] };
  const checkpoint = 'fine-00015000.safetensors';
  return {
    ...{ schema: 1, status: 'measured', training: { ...training, peakMemory: 1e9, backend: 'wasm', checkpoint } },
    measuring: { spikeray: '0.1.0', checkpoint, split: null, every: 1, report },
  };
}

const [, script, folder, runs = '10000'] = process.argv;
if (script?.endsWith('collect-many.js') === true) {
  if (folder === undefined) throw new Error('collect-many FOLDER [RUNS]');
  process.stdout.write(`${JSON.stringify(await collectMany(resolve(folder), Number(runs)), null, 2)}\n`);
}
