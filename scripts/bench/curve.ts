/**
 * How good a field is after how many minutes. Each time limit has a training of its own, with the schedule that it shrinks: what
 * `train --max-minutes` makes of so many minutes. (time-to-psnr.ts looks at one long training again and again, whose field is unfinished until
 * its end.) Runs and their results are those of `compare`: what is there is not trained again.
 */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Reporter } from '../../src/base/events.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { planJobs, writePlan, type Job } from '../../src/jobs/job-plan.ts';
import type { Machine } from '../../src/jobs/machine.ts';
import { runOne } from '../../src/jobs/run-one.ts';
import type { MeasuredResult } from '../../src/jobs/run-result.ts';

/** What the minutes are: those that pass, or those that the processor works for this process. */
export const CLOCKS = ['wall', 'processor'] as const;
export type Clock = (typeof CLOCKS)[number];

/** A line of the chart: what trains, and by which settings. */
export interface Trainer {
  readonly name: string;
  /** Of its runs, below `out`. */
  readonly folder: string;
  readonly backend: Backend;
  /** All trainers see the scene alike. */
  readonly config: Config;
}

export interface CurvePoint {
  readonly trainer: string;
  /** The time limit. */
  readonly minutes: number;
  /** Seconds until the end of training, loading included. */
  readonly seconds: number;
  /** Of the fine stage. */
  readonly step: number;
  /** dB; like the following of the held-out views. */
  readonly psnr: number;
  readonly ssim: number;
  readonly samplesPerRay: number;
}

export interface CurveOptions {
  /** Its seconds are those of the clock. */
  readonly machine: Machine;
  readonly clock: Clock;
  /** Absolute. */
  readonly out: string;
  /** With the pixels of its training views. */
  readonly scene: SceneData;
  /** Where it lies. */
  readonly place: Pick<Job['scene'], 'path' | 'format'>;
  readonly minutes: readonly number[];
  /** They take turns. */
  readonly trainers: readonly Trainer[];
  readonly backend: Job['backend'];
  readonly measure: Job['measure'];
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** Takes all points so far, after every training. */
  readonly found: (points: readonly CurvePoint[]) => Promise<void>;
}

/** @returns whether it came to its end before the signal */
export async function trainCurve(options: CurveOptions): Promise<boolean> {
  const { machine, clock, out, scene, place, minutes, trainers, backend, measure, signal, report, found } = options;
  const secondsBefore = machine.seconds();
  const planOf = (trainer: Trainer): string => `${out}/${trainer.folder}/plan.json`;
  for (const trainer of trainers) {
    const { config } = trainer;
    const jobs = planJobs({
      entries: [{ name: config.network.neuron, requests: [] }],
      seeds: [config.seed],
      variants: minutes.map((limit) => ({
        name: `${limit} ${clock} minutes`,
        requests: [{ key: 'budget.maxMinutes', value: String(limit), source: '--minutes' }],
      })),
      scenes: [{ ...place, name: scene.name, shared: config }],
      folder: `${out}/${trainer.folder}`,
      backend,
      measure,
    });
    await writePlan(machine.files, planOf(trainer), jobs);
  }
  const points: CurvePoint[] = [];
  for (const [index, limit] of minutes.entries())
    for (const trainer of trainers) {
      report({ type: 'note', text: `${limit} ${clock} minutes, ${trainer.name}` });
      const open = (): Promise<{ scene: SceneData; backend: Backend; secondsBefore: number }> =>
        Promise.resolve({ scene, backend: trainer.backend, secondsBefore });
      const result = await runOne({ machine, file: planOf(trainer), index, open, signal, report });
      if (result.status !== 'measured') return false;
      points.push(pointOf(trainer.name, limit, result));
      await found(points);
    }
  return true;
}

function pointOf(trainer: string, minutes: number, { training, measuring: { report } }: MeasuredResult): CurvePoint {
  const { psnr, ssim, counts } = report;
  return { trainer, minutes, seconds: training.seconds, step: training.step, psnr, ssim, samplesPerRay: counts.samplesPerRay };
}
