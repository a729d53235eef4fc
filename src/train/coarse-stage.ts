/** The coarse stage: where is matter at all? Density and colour grids without a network over everything the cameras see. */
import { readDensities } from '../model/field-values.ts';
import { NO_LOSS_TERMS, type FieldEngine } from '../engine/backend.ts';
import { Random } from '../math/random.ts';
import { disposeOnFailure } from '../engine/dispose-on-failure.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { countViews, nearCameras } from '../lattice/view-count.ts';
import { spaceFacts } from '../spaces/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { CoarseResult } from './fine-start.ts';
import { RaySampler } from './ray-sampler.ts';
import { reportStage, stageRandom, type RunContext } from './run-context.ts';
import { checkTimeLeft, timeLimit, type StageRules, type StageRun } from './run-stage.ts';
import { coarseEpsilon, rateFactor, refreshDue, scaledRates } from './schedule.ts';
import { restoreEngine } from './snapshot.ts';
import { sceneRegion } from './scene-region.ts';
import { coarseCapacity } from './stage-capacity.ts';
import { coarseSpec } from './stage-spec.ts';

/** The most of a time limit that the coarse stage may take; of long limits it takes far less. */
const TIME_SHARE = 0.3;

export async function startCoarse(context: RunContext): Promise<StageRun> {
  const { scene, views, config, backend } = context;
  const spec = coarseSpec(config, sceneRegion(scene, config.scene));
  const engine = await backend.createField(spec, coarseCapacity(config, spec));
  await disposeOnFailure(engine, async () => {
    // All of a scene that no box holds is taken to be seen.
    if (spaceFacts(spec.space).boxed) {
      const counts = countViews(spec.grid, views, scene.near);
      if (config.coarse.weighByViews) await engine.write('rate', viewRates(counts));
      await engine.writeOccupancy(visiblePlaces(context, spec, counts));
    }
    checkTimeLeft(config, context.seconds());
  });
  reportStage(context, 'coarse', spec, 'coarse stage');
  const state = {
    step: 0,
    adamStep: 0,
    scalings: 0,
    stageStart: context.seconds(),
    rays: 0,
    samples: 0,
    feedback: null,
    observers: null,
    rises: null,
  };
  return assemble(context, engine, state, stageRandom(config.seed, 'coarse'));
}

export async function resumeCoarse(context: RunContext, checkpoint: Checkpoint): Promise<StageRun> {
  const { spec, state } = checkpoint;
  const engine = await restoreEngine(context.backend, checkpoint, coarseCapacity(context.config, spec));
  reportStage(context, 'coarse', spec, `coarse stage, from step ${state.step}`);
  return assemble(context, engine, state, new Random(state.random));
}

/** What the coarse stage found, for the fine one to begin with. */
export async function coarseResult({ engine, state: { rays, samples } }: StageRun): Promise<CoarseResult> {
  return { spec: engine.spec, density: await readDensities(engine), occupancy: await engine.readOccupancy(), rays, samples };
}

function assemble(context: RunContext, engine: FieldEngine, state: StageRun['state'], random: Random): StageRun {
  const { views, config } = context;
  return {
    name: 'coarse',
    engine,
    sampler: new RaySampler(views, config.scene.background, config.coarse.rays, random, engine.spec.space),
    random,
    rules: coarseRules(context, engine, state.stageStart),
    state: { ...state },
  };
}

function coarseRules({ config }: RunContext, engine: FieldEngine, stageStart: number): StageRules {
  const { coarse, adam } = config;
  return {
    steps: coarse.steps,
    plannedSteps: coarse.steps,
    handover: 1,
    secondsAllowed: Math.max(0, timeLimit(config) - stageStart) * TIME_SHARE,
    prepare: async (step) => {
      if (refreshDue(step, coarse)) await engine.refreshOccupancy();
    },
    observe: () => Promise.resolve(null),
    regulate: () => null,
    settings: (step, progress) => ({
      adam: { ...adam, epsilon: coarseEpsilon(step, config) },
      learningRates: scaledRates({ ...coarse.learningRates, network: 0 }, rateFactor(progress, coarse)),
      loss: { ...NO_LOSS_TERMS, ...coarse.loss },
      surrogateAlpha: null,
      dropout: 0,
    }),
  };
}

/** [V] learning-rate factor of each voxel: how many views see it, relative to the best seen one. */
function viewRates(counts: Uint16Array): Float32Array {
  let most = 1;
  for (const count of counts) if (count > most) most = count;
  return Float32Array.from(counts, (count) => count / most);
}

/** [V] 1 where enough views look and no camera stands. */
function visiblePlaces({ scene, views, config }: RunContext, spec: FieldSpec, counts: Uint16Array): Uint8Array {
  const occupancy = Uint8Array.from(counts, (count) => (count > config.coarse.minViews ? 1 : 0));
  if (!config.coarse.maskNearCameras) return occupancy;
  const near = nearCameras(spec.grid, views, scene.near);
  for (let i = 0; i < near.length; i++) if (near[i] === 1) occupancy[i] = 0;
  return occupancy;
}
