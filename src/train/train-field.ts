/**
 * Trains a field: the coarse stage finds where matter is, the fine stage reconstructs it with the colour network (DVGO's two stages). For
 * forward-facing scenes the fine stage is all.
 *
 * Everything about learning happens behind `Backend`; here are the order of events, the clock, checkpoints and reports. Without a time limit
 * the result is a function of (scene, config) and the backend alone; N steps equal N/2 steps, checkpoint, N/2 steps, bit for bit.
 */
import type { SceneData, View } from '../../datasets/scene-data.ts';
import type { Backend, FieldEngine } from '../engine/backend.ts';
import type { Config } from '../config/schema.ts';
import { InputError } from '../base/errors.ts';
import { disposeOnFailure } from '../engine/dispose-on-failure.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import type { Checkpoint } from './checkpoint.ts';
import { coarseResult, resumeCoarse, startCoarse } from './coarse-stage.ts';
import type { Reporter, StepMetrics } from '../base/events.ts';
import { readField } from './convert-field.ts';
import { resumeFine, startFine, startSpiking } from './fine-stage.ts';
import { startFromCoarse, startFromNothing, startFromTeacher, type CoarseResult, type FineStart } from './fine-start.ts';
import type { RunContext } from './run-context.ts';
import { runStage, saveRun, type Saved, type StageEnd, type StageRun } from './run-stage.ts';
import { hasCoarseStage } from '../spaces/index.ts';
import { checkTeacherField, checkTeacherFits } from './teacher.ts';
import type { TrainState } from './train-state.ts';

export interface TrainOptions {
  readonly scene: SceneData;
  readonly config: Config;
  readonly backend: Backend;
  /** The last checkpoint of the run that teaches: needed if the config has one. */
  readonly teacher?: Checkpoint | null;
  /** Where to go on; without it training starts from nothing. */
  readonly start?: Checkpoint;
  /** Stores a checkpoint; called while training waits. */
  readonly save: (checkpoint: Checkpoint) => Promise<Saved>;
  readonly report: Reporter;
  /** Called about every 2 s. */
  readonly metrics: (metrics: StepMetrics) => Promise<void>;
  /** Aborting it saves a checkpoint and ends training. */
  readonly signal: AbortSignal;
  /** A live view: see RunContext. */
  readonly between?: (engine: FieldEngine, step: number) => Promise<void>;
  /** Milliseconds of any steady clock. */
  readonly now?: () => number;
  /** Seconds spent on this run before the call (loading the scene): part of the time limit. */
  readonly secondsBefore?: number;
}

export interface TrainOutcome {
  /** True if the signal ended training before its time. */
  readonly interrupted: boolean;
  readonly state: TrainState;
  readonly spec: FieldSpec;
  readonly checkpoint: Saved;
}

/**
 * @throws InputError if the scene has no training views, or the time limit is used up before the first step
 * @throws SpikeRayError if the coarse stage finds nothing, or the loss is no longer a number
 */
export async function trainField(options: TrainOptions): Promise<TrainOutcome> {
  const context = contextOf(options);
  const { start } = options;
  let fine: StageRun;
  if (start?.state.stage === 'fine') {
    fine = await resumeFine(context, start);
  } else {
    const coarse = coarseComesFirst(context) ? await runCoarse(context, start) : null;
    if (coarse !== null && 'interrupted' in coarse) return coarse;
    fine = await startFine(context, await fineStart(context, coarse));
    // A kill before the first checkpoint that the clock asks for must not lose the coarse stage.
    await disposeOnFailure(fine.engine, () => saveRun(context, fine));
  }
  // Where the settings have the network begin as an ANN, that is trained first and handed over.
  for (;;) {
    const ann = await runToEnd(context, fine, 'handover', ({ engine }) => readField(engine.spec, engine));
    if ('interrupted' in ann) return ann;
    fine = await startSpiking(context, ann, fine);
  }
}

/** A teacher's student may begin with the teacher's field. */
function coarseComesFirst({ scene, config, teacher }: RunContext): boolean {
  return hasCoarseStage(scene.space, config.coarse.steps) && !(teacher !== null && config.distillation.start === 'teacher');
}

async function runCoarse(context: RunContext, start: Checkpoint | undefined): Promise<CoarseResult | TrainOutcome> {
  const coarse = start ? await resumeCoarse(context, start) : await startCoarse(context);
  return runToEnd(context, coarse, 'done', coarseResult);
}

async function fineStart(context: RunContext, coarse: CoarseResult | null): Promise<FineStart> {
  const { teacher, config } = context;
  if (coarse !== null) return startFromCoarse(context, coarse);
  return teacher !== null && config.distillation.start === 'teacher' ? startFromTeacher(context, teacher) : startFromNothing(context);
}

/** Runs a stage. Where it comes to the end `goesOn`, what the next one needs of it; else it is saved, and training is over. Its engine is gone. */
async function runToEnd<T>(
  context: RunContext,
  stage: StageRun,
  goesOn: StageEnd,
  handOver: (stage: StageRun) => Promise<T>,
): Promise<T | TrainOutcome> {
  try {
    const end = await runStage(context, stage);
    if (end === goesOn) return await handOver(stage);
    const { saved, state } = await saveRun(context, stage);
    return { interrupted: end === 'interrupted', state, spec: stage.engine.spec, checkpoint: saved };
  } finally {
    await stage.engine.dispose();
  }
}

function contextOf({ scene, start, teacher = null, secondsBefore = 0, now = () => performance.now(), ...rest }: TrainOptions): RunContext {
  const views = scene.splits.train ?? [];
  if (views.length === 0) throw new InputError(`Scene ${scene.name} has no training views.`, 'Training needs the split "train".');
  checkSmallestImages(views, rest.config);
  checkTeacher(rest.config, teacher);
  const began = now();
  const before = secondsBefore + (start?.state.seconds ?? 0);
  return { ...rest, scene, teacher, views, seconds: () => before + (now() - began) / 1000 };
}

function checkSmallestImages(views: readonly View[], { fine: { imageScaleAt } }: Config): void {
  const factor = 2 ** imageScaleAt.length;
  const gone = views.find(({ intrinsics: { width, height } }) => Math.min(width, height) < factor);
  if (gone === undefined) return;
  const { width, height } = gone.intrinsics;
  throw new InputError(
    `fine.imageScaleAt=${JSON.stringify(imageScaleAt)} begins with images ${factor} times smaller; of ${gone.name} (${width}x${height}) nothing would be left`,
    'Give it fewer steps, or use larger images.',
  );
}

function checkTeacher(config: Config, teacher: Checkpoint | null): void {
  const { distillation, network } = config;
  if ((distillation.teacher !== null) !== (teacher !== null))
    throw new RangeError('A teacher is given if and only if the config names one.');
  if (teacher === null) return;
  if (teacher.spec.network === null) throw new RangeError('A teacher needs a colour network.');
  checkTeacherFits(teacher.spec.network, network, distillation.teacher!);
  checkTeacherField(teacher.spec.representation, config, distillation.teacher!);
}
