/** Training into a run folder, for `train`, `resume` and `compare`. */
import type { SceneData } from '../../datasets/scene-data.ts';
import { DeviceError, MemoryError, StorageError } from '../base/errors.ts';
import type { Reporter, StepMetrics } from '../base/events.ts';
import { percent, quoted } from '../base/format.ts';
import { plannedSteps } from '../config/planned-steps.ts';
import type { Config } from '../config/schema.ts';
import type { Backend, FieldEngine } from '../engine/backend.ts';
import type { RunFolder } from '../run/run-folder.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { trainField } from '../train/train-field.ts';
import type { TrainState } from '../train/train-state.ts';
import type { FolderLock } from '../run/folder-lock.ts';
import type { Machine } from './machine.ts';
import { readResult, trainingOf, writeResult, type TrainingResult } from './run-result.ts';

/** Somebody who watches a training as it goes (frames/live-training.ts). */
export interface LiveView {
  /** Milliseconds that watching took from training so far. */
  readonly spent: number;
  measured(metrics: StepMetrics): void;
  /** Called between two steps. */
  between(engine: FieldEngine, step: number): Promise<void>;
  finish(): void | Promise<void>;
}

export interface TrainInto {
  readonly machine: Machine;
  /** The lock of the run's folder, held by the caller. */
  readonly lock: FolderLock;
  readonly run: RunFolder;
  readonly scene: SceneData;
  readonly backend: Backend;
  readonly start?: Checkpoint;
  /** The teacher that the run's own config names: see train-run.ts. */
  readonly teacher?: Checkpoint;
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** Seconds spent on this run before (loading the scene): part of its time limit. */
  readonly secondsBefore: number;
  /** Shows the training as it goes. */
  readonly live?: LiveView;
}

/** A run as training left it. */
export interface Trained {
  readonly run: RunFolder;
  readonly state: TrainState;
  readonly interrupted: boolean;
  /** Path of the last checkpoint. */
  readonly checkpoint: string;
  /** What training reported last; null before its first report. */
  readonly latest: StepMetrics | null;
  /** Bytes; see run-result.ts. */
  readonly peakMemory: number | undefined;
}

export async function trainInto(options: TrainInto): Promise<Trained> {
  const { machine, lock, run, scene, backend, start, teacher, signal, report, secondsBefore, live } = options;
  const before = trainingOf(await readResult(machine.files, run.folder))?.peakMemory;
  let begun = false;
  let failure: unknown;
  let saved = start?.state;
  const stop = new AbortController();
  const outcome = await trainField({
    scene,
    config: run.record.config,
    backend,
    start,
    teacher,
    save: async (checkpoint) => {
      await lock.confirm();
      const file = await run.save(checkpoint);
      saved = checkpoint.state;
      return file;
    },
    report,
    metrics: async (metrics) => {
      begun = true;
      live?.measured(metrics);
      try {
        await lock.confirm();
        await run.appendMetrics(metrics);
      } catch (error) {
        // Ending as on Ctrl-C saves what was trained so far.
        failure ??= error;
        stop.abort();
      }
    },
    signal: AbortSignal.any([signal, stop.signal]),
    between: live && ((engine, step) => live.between(engine, step)),
    // What a live view takes is no time of training.
    now: () => machine.seconds() * 1000 - (live?.spent ?? 0),
    secondsBefore,
  }).catch((error: unknown) => {
    // Before the first step a field that does not fit is refused as it is.
    const failed = error instanceof DeviceError || (error instanceof MemoryError && begun);
    throw failed ? deviceFailed(error, saved, machine.toGoOn(run.folder)) : error;
  });
  try {
    await live?.finish();
  } catch (error) {
    failure ??= error;
  }
  const { interrupted, state, checkpoint } = outcome;
  const cut = interrupted ? null : cutShort(state, run.record.config);
  if (cut !== null) report({ type: 'warning', text: cut });
  if (failure !== undefined) throw stoppedBy(failure, state, checkpoint.path, machine.toGoOn(run.folder));
  const now = machine.peakMemory();
  const peakMemory = now === undefined ? before : Math.max(before ?? 0, now);
  const trained = { run, state, interrupted, checkpoint: checkpoint.path, latest: await run.lastMetrics(), peakMemory };
  const status = interrupted ? 'interrupted' : 'trained';
  await writeResult(machine.files, run.folder, { schema: 1, status, training: trainingResult(trained) });
  return trained;
}

export function trainingResult({ run, state, checkpoint, latest, peakMemory }: Trained): TrainingResult {
  const { stage, step, seconds, rays, samples } = state;
  return {
    ...{ stage, step, seconds, rays, samples },
    trainPsnr: latest?.psnr ?? null,
    firingRates: latest?.firingRates ? [...latest.firingRates] : null,
    ...(peakMemory !== undefined && { peakMemory }),
    backend: run.record.backend.description,
    checkpoint: checkpoint.slice(checkpoint.lastIndexOf('/') + 1),
  };
}

/** A smaller share of the plan than this is far from what the settings are made for. */
const SMALL_PART = 0.25;

/** What to say where a time limit left room for a small part of the plan, or null. */
function cutShort({ step }: TrainState, config: Config): string | null {
  const planned = plannedSteps(config);
  const { maxMinutes } = config.budget;
  if (maxMinutes === null || step >= SMALL_PART * planned) return null;
  return (
    `the time limit of ${maxMinutes} minutes allowed ${step} of ${planned} planned steps (${percent(step / planned)}): expect a worse field than with the whole plan; ` +
    'give it more time (--max-minutes), smaller images (--downscale N) or fewer rays a step (--set fine.rays=…)'
  );
}

/** Why training ended before its time, and where it can go on. */
function stoppedBy(failure: unknown, { stage, step }: TrainState, checkpoint: string, toGoOn: string): unknown {
  if (!(failure instanceof StorageError)) return failure;
  return new StorageError(
    `${failure.message}; training stopped at ${stage} step ${step}, which is saved in ${checkpoint}`,
    `${failure.fix ?? 'Mend that.'} ${toGoOn}`,
    { cause: failure },
  );
}

/** What is on a GPU that failed is not saved: nobody knows whether it is right. */
function deviceFailed(failure: DeviceError | MemoryError, saved: TrainState | undefined, toGoOn: string): DeviceError {
  const kept = saved === undefined ? 'nothing was saved yet' : `${saved.stage} step ${saved.step} is saved`;
  const next = saved === undefined ? 'Then train again.' : toGoOn;
  return new DeviceError(`${failure.message.replace(/\.$/, '')}; training stopped, ${kept}`, `${failure.fix ?? ''} ${next}`.trim(), {
    cause: failure,
  });
}

export function resumeCommand(folder: string): string {
  return `spikeray resume ${quoted(folder)}`;
}

/** A time limit counts as used up a little before its end: part of it is kept for writing the last checkpoint. */
const TIME_USED_UP = 0.98;

/** Why nothing is left to do, or null. */
export function whyFinished({ stage, step, seconds }: Pick<TrainState, 'stage' | 'step' | 'seconds'>, config: Config): string | null {
  if (stage === 'fine' && step >= plannedSteps(config))
    return `${step} of ${plannedSteps(config)} planned steps are done; raise the plan with --max-steps`;
  const { maxMinutes } = config.budget;
  if (stage === 'fine' && maxMinutes !== null && seconds >= maxMinutes * 60 * TIME_USED_UP)
    return `the planned ${maxMinutes} minutes are used up; raise the plan with --max-minutes`;
  return null;
}
