/** Averages over the steps of the last seconds, and what is left of the run. */
import { addCounts, emptyCounts, type Counts, firingRates } from '../engine/counts.ts';
import type { StepResult } from '../engine/backend.ts';
import { plannedSteps } from '../config/planned-steps.ts';
import type { Config } from '../config/schema.ts';
import { psnrOf } from '../math/image-metrics.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import type { StageName, StepMetrics } from '../base/events.ts';
import type { RunContext } from './run-context.ts';
import type { BitObservers } from './step-renewal.ts';

/** Seconds between two reports. */
const INTERVAL = 2;
/** Cost of a ray of the fine stage in rays of the coarse stage, roughly: for the estimate of the share that is done. */
const FINE_RAY_COST = 2.5;

/** What a step trained: the network, and the whole bits and time steps that it has learned. */
interface Trained {
  readonly network: NetworkSpec | null;
  readonly bits: Pick<BitObservers, 'weights' | 'spikes' | 'repeats'> | null;
}

export class ProgressMeter {
  private readonly context: RunContext;
  private readonly stage: StageName;
  private readonly steps: number;
  private since: number;
  private latest: { step: number; progress: number; trained: Trained } | null = null;
  private results = 0;
  private loss = 0;
  private mse = 0;
  private counts: Counts = emptyCounts();

  constructor(context: RunContext, stage: StageName, steps: number) {
    this.context = context;
    this.stage = stage;
    this.steps = steps;
    this.since = context.seconds();
  }

  /** @param progress share of the stage that was over before this step */
  async add(step: number, progress: number, result: StepResult, trained: Trained): Promise<void> {
    this.latest = { step, progress, trained };
    this.results++;
    this.loss += result.loss;
    this.mse += result.mse;
    addCounts(this.counts, result.counts);
    if (this.context.seconds() - this.since >= INTERVAL) await this.flush();
  }

  /** Reports what has gathered, if anything. */
  async flush(): Promise<void> {
    if (this.latest === null) return;
    const metrics = this.summarise(this.latest.step, this.latest.progress, this.latest.trained);
    this.context.report({ type: 'step', ...metrics });
    await this.context.metrics(metrics);
    this.since = this.context.seconds();
    this.latest = null;
    this.results = this.loss = this.mse = 0;
    this.counts = emptyCounts();
  }

  private summarise(step: number, progress: number, { network, bits }: Trained): StepMetrics {
    const { counts, results } = this;
    const seconds = this.context.seconds();
    const window = Math.max(seconds - this.since, 1e-9);
    return {
      stage: this.stage,
      step,
      steps: this.steps,
      progress: runProgress(this.context.config, this.stage, progress),
      seconds,
      secondsLeft: this.secondsLeft(step, progress, seconds, window / results),
      raysPerSecond: counts.rays / window,
      samplesPerRay: counts.rays > 0 ? counts.samples / counts.rays : 0,
      loss: this.loss / results,
      psnr: psnrOf(this.mse / results),
      firingRates: network && firingRates(counts, network),
      neuron: network && network.neuron,
      ...(bits === null ? {} : { bits: { weights: bits.weights, spikes: bits.spikes, repeats: bits.repeats } }),
    };
  }

  private secondsLeft(step: number, progress: number, seconds: number, secondsPerStep: number): number {
    const { config } = this.context;
    const { coarse, fine, budget } = config;
    const fineSteps = plannedSteps(config);
    const inStage = Math.min(1 - progress, (this.steps - step) / Math.max(1, this.steps)) * this.steps * secondsPerStep;
    const perCoarseRay = secondsPerStep / coarse.rays;
    const after = this.stage === 'coarse' ? fineSteps * fine.rays * perCoarseRay * FINE_RAY_COST : 0;
    const limit = budget.maxMinutes === null ? Infinity : Math.max(0, budget.maxMinutes * 60 - seconds);
    return Math.min(inStage + after, limit);
  }
}

/** Share of the whole run that is done, with `progress` of the stage. */
function runProgress(config: Config, stage: StageName, progress: number): number {
  const { coarse, fine } = config;
  const coarseWork = coarse.steps * coarse.rays;
  const fineWork = plannedSteps(config) * fine.rays * FINE_RAY_COST;
  const done = stage === 'coarse' ? coarseWork * progress : coarseWork + fineWork * progress;
  return done / (coarseWork + fineWork);
}
