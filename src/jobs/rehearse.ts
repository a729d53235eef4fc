/**
 * How long a training will take here: a rehearsal of it in some seconds, with all its stages, and the plan at the speeds that it had.
 *
 *     seconds = sum over the stages of   rays planned / rays a second in the rehearsal
 *
 * The grid is tried at its last size and the images whole, as most steps have them. What it cannot know: a field that is learned longer has other
 * samples a ray, so that the later steps of the plan are quicker or slower than here.
 */
import type { SceneData } from '../../datasets/scene-data.ts';
import { InputError, SpikeRayError } from '../base/errors.ts';
import type { StepMetrics } from '../base/events.ts';
import { plannedSteps } from '../config/planned-steps.ts';
import type { Config } from '../config/schema.ts';
import type { Backend } from '../engine/backend.ts';
import { hasCoarseStage } from '../spaces/index.ts';
import { networksOf } from '../train/stage-spec.ts';
import { trainField } from '../train/train-field.ts';

export interface Rehearsal {
  /** Of the whole training. */
  readonly seconds: number;
  /** What was spent on finding that out. */
  readonly spent: number;
  readonly steps: number;
}

/** A part of a training that has a speed of its own: a stage, and the neuron that is trained in it (null: none). */
interface Pace {
  readonly stage: StepMetrics['stage'];
  readonly neuron: string | null;
  readonly rays: number;
}

/**
 * Nothing is kept of it.
 *
 * @param seconds for the rehearsal
 * @throws InputError for a training with a teacher, SpikeRayError where the time is too short for one of the stages
 */
export async function rehearse(
  scene: SceneData,
  config: Config,
  backend: Backend,
  seconds: number,
  signal: AbortSignal,
  now = (): number => performance.now(),
): Promise<Rehearsal> {
  if (config.distillation.teacher !== null)
    throw new InputError(
      'a training with a teacher cannot be rehearsed',
      'Rehearse one without (distillation.teacher), which is a part of it.',
    );
  const began = now();
  const windows: { readonly metrics: StepMetrics; readonly seconds: number }[] = [];
  let steps = 0;
  let before = 0;
  const { state } = await trainField({
    scene,
    config: {
      ...config,
      fine: { ...config.fine, scaleAt: [], firstVoxels: null, imageScaleAt: [] },
      budget: { ...config.budget, maxMinutes: seconds / 60 },
    },
    backend,
    save: () => Promise.resolve({ path: '', bytes: 0 }),
    report: () => undefined,
    metrics: (metrics) => {
      windows.push({ metrics, seconds: metrics.seconds - before });
      before = metrics.seconds;
      if (metrics.stage === 'coarse') steps = metrics.step;
      return Promise.resolve();
    },
    signal,
    now,
  });
  const speedOf = ({ stage, neuron }: Pace): number => {
    const own = windows.filter(({ metrics }) => metrics.stage === stage && (metrics.neuron ?? null) === neuron);
    if (own.length === 0)
      throw new SpikeRayError(
        `${seconds} seconds were too short to try the ${stage} stage${neuron === null ? '' : ` with the neuron ${neuron}`}`,
        'Rehearse with smaller images or fewer rays a step, or train without knowing how long it takes.',
      );
    const rays = own.reduce((sum, each) => sum + each.metrics.raysPerSecond * each.seconds, 0);
    return rays / own.reduce((sum, each) => sum + each.seconds, 0);
  };
  const whole = pacesOf(scene, config).reduce((sum, pace) => sum + pace.rays / speedOf(pace), 0);
  const limit = config.budget.maxMinutes === null ? Infinity : config.budget.maxMinutes * 60;
  return { seconds: Math.min(whole, limit), spent: (now() - began) / 1000, steps: steps + state.step };
}

function pacesOf(scene: SceneData, config: Config): Pace[] {
  const { coarse, fine } = config;
  const networks = networksOf(config);
  const rays = plannedSteps(config) * fine.rays;
  const shares = networks.length > 1 ? [fine.annShare, 1 - fine.annShare] : [1];
  return [
    ...(hasCoarseStage(scene.space, coarse.steps) ? [{ stage: 'coarse', neuron: null, rays: coarse.steps * coarse.rays } as const] : []),
    ...networks.map(({ neuron }, i) => ({ stage: 'fine', neuron, rays: rays * shares[i] }) as const),
  ];
}
