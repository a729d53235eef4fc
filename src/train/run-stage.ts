/**
 * The step loop of one stage: draws rays, steps, keeps the clock, reports, saves. What differs between the stages comes in as `StageRules`.
 *
 * Without a time limit the parameters after step s depend on scene, config and seed alone: the clock decides only when to report and to save.
 */
import type { FieldEngine, StepResult, StepSettings } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { InputError, SpikeRayError } from '../base/errors.ts';
import type { Random } from '../math/random.ts';
import type { StageName } from '../base/events.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { RaySampler } from './ray-sampler.ts';
import type { RunContext } from './run-context.ts';
import { feedbackOf } from './loss-terms.ts';
import { stageProgress } from './schedule.ts';
import { snapshot } from './snapshot.ts';
import type { TrainState } from './train-state.ts';

/** Milliseconds after which the loop lets waiting events (Ctrl-C, a live view) through. */
const YIELD_EVERY = 200;

/** A stage under way. Owned by the stage; the loop counts `step`, `adamStep`, `rays` and `samples`. */
export interface StageRun {
  readonly name: StageName;
  readonly engine: FieldEngine;
  readonly sampler: RaySampler;
  readonly random: Random;
  readonly rules: StageRules;
  readonly state: Mutable<Omit<TrainState, 'stage' | 'random' | 'seconds'>>;
}

export interface StageRules {
  /** Steps of the whole schedule. */
  readonly steps: number;
  /** Steps after which to stop; the schedule does not change for it. */
  readonly plannedSteps: number;
  /** Share of the whole schedule after which the stage is handed over to another network; 1: never. */
  readonly handover: number;
  /** Seconds after which the stage ends even if steps are left; Infinity without a time limit. */
  readonly secondsAllowed: number;
  /** What happens before step `step` runs: occupancy, scaling. */
  prepare(step: number): Promise<void>;
  /** What happens after a step: steps of learned bits are renewed. Gives what its observers remember. */
  observe(progress: number): Promise<TrainState['observers']>;
  /** How far the next step raises thresholds (regulation.ts). */
  regulate(step: number, result: StepResult): TrainState['rises'];
  /** @param progress share of the whole schedule that was over before this step */
  settings(step: number, progress: number): Omit<StepSettings, 'adamStep' | 'noiseSeed'>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Saved {
  readonly path: string;
  readonly bytes: number;
}

/** How the loop came to its end: all planned steps done (or the time over), stopped by the signal, or to be handed over to another network. */
export type StageEnd = 'done' | 'interrupted' | 'handover';

export async function runStage(context: RunContext, run: StageRun): Promise<StageEnd> {
  const { engine, rules, sampler, state } = run;
  const meter = new ProgressMeter(context, run.name, rules.plannedSteps);
  let saved = context.seconds();
  let yielded = saved;
  let end: StageEnd = 'done';
  for (;;) {
    const seconds = context.seconds() - state.stageStart;
    const progress = stageProgress(state.step, rules.plannedSteps, seconds, rules.secondsAllowed);
    if (progress >= 1) break;
    if (context.signal.aborted) {
      end = 'interrupted';
      break;
    }
    const scheduled = stageProgress(state.step, rules.steps, seconds, rules.secondsAllowed);
    if (rules.handover < 1 && scheduled >= rules.handover) {
      end = 'handover';
      break;
    }
    const result = await takeStep(run, scheduled);
    await meter.add(state.step, progress, result, { network: engine.spec.network, bits: state.observers });
    const now = context.seconds();
    if (now - saved >= context.config.checkpoint.everyMinutes * 60) {
      await saveRun(context, run);
      saved = context.seconds();
    }
    if ((now - yielded) * 1000 >= YIELD_EVERY) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await context.between?.(engine, state.step);
      yielded = context.seconds();
    }
  }
  sampler.takeBack();
  await meter.flush();
  return end;
}

/** @param scheduled share of the whole schedule that is over */
export async function takeStep({ name, engine, rules, sampler, state, random }: StageRun, scheduled: number): Promise<StepResult> {
  const step = state.step + 1;
  await rules.prepare(step);
  const settings = rules.settings(step, scheduled);
  const trained = engine.trainStep(sampler.next(), { ...settings, adamStep: ++state.adamStep, noiseSeed: random.uint32() });
  sampler.drawAhead();
  const result = await trained;
  if (!Number.isFinite(result.loss)) throw divergence(name, step);
  state.step = step;
  state.rays += result.counts.rays;
  state.samples += result.counts.samples;
  state.feedback = feedbackOf(result, engine.spec.network);
  state.observers = await rules.observe(scheduled);
  state.rises = rules.regulate(step, result);
  return result;
}

export async function saveRun(context: RunContext, run: StageRun): Promise<{ saved: Saved; state: TrainState }> {
  run.sampler.takeBack();
  const state: TrainState = { ...run.state, stage: run.name, random: run.random.state, seconds: context.seconds() };
  const saved = await context.save(snapshot(run.engine, state, context.config, context.scene.fingerprint));
  context.report({ type: 'checkpoint', path: saved.path, step: state.step, bytes: saved.bytes });
  return { saved, state };
}

/** Seconds that the run may take in all; Infinity without a limit. */
export function timeLimit(config: Config): number {
  return config.budget.maxMinutes === null ? Infinity : config.budget.maxMinutes * 60;
}

/** @throws InputError if nothing is left of the time limit */
export function checkTimeLeft(config: Config, seconds: number): void {
  if (seconds < timeLimit(config)) return;
  throw new InputError(
    `the time limit of ${config.budget.maxMinutes} minutes was used up before training could begin: loading the scene took ${(seconds / 60).toFixed(2)} minutes`,
    'Give it more time with --max-minutes, or make loading shorter with smaller images (--downscale N).',
  );
}

function divergence(stage: StageName, step: number): SpikeRayError {
  return new SpikeRayError(
    `Training diverged: the loss of ${stage} step ${step} is not a number.`,
    'Lower the learning rates (fine.networkRate, fine.learningRates) and train again; the last checkpoint is from before this step.',
  );
}
