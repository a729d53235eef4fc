/**
 * The fine stage: the colour network and the field in the box that the coarse stage found, or of its own. In the order of DVGO's loop, before a step that
 * asks for it the occupancy is refreshed, then the grid is scaled; scaling starts Adam anew, as DVGO re-creates its optimiser.
 */
import { writeValues } from '../model/field-values.ts';
import type { Rays } from '../geometry/rays.ts';
import { voxelCount } from '../geometry/grid.ts';
import { downscaleView } from '../../datasets/downscale.ts';
import type { View } from '../../datasets/scene-data.ts';
import type { Capacity, FieldEngine } from '../engine/backend.ts';
import { asksTeacher } from '../config/asks-teacher.ts';
import { plannedSteps } from '../config/planned-steps.ts';
import { Random } from '../math/random.ts';
import { disposeOnFailure } from '../engine/dispose-on-failure.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { isSpikingNetwork } from '../model/network-facts.ts';
import type { Checkpoint } from './checkpoint.ts';
import { convertedWeights, writeWeights, type FieldValues } from './convert-field.ts';
import type { FineStart } from './fine-start.ts';
import { thresholdParameters, lossTerms } from './loss-terms.ts';
import { rayMask } from './ray-mask.ts';
import { RaySampler } from './ray-sampler.ts';
import { reportStage, stageRandom, type RunContext } from './run-context.ts';
import { timeLimit, type StageRules, type StageRun } from './run-stage.ts';
import { rateFactor, refreshDue, scaledRates, scalingsDone, sinceRestart, steepness } from './schedule.ts';
import { restoreEngine } from './snapshot.ts';
import { checkShrinking, shrunkSpec } from './shrink-box.ts';
import { checkRoom, dropoutOf, fineCapacity } from './stage-capacity.ts';
import { fineSpec, regionOf } from './stage-spec.ts';
import { raisedThresholds, regulated } from './regulation.ts';
import { renewSteps } from './step-renewal.ts';
import { setTeacher } from './teacher.ts';

/** Share of a time limit kept for writing the last checkpoint. */
const SAVING_SHARE = 0.01;

export async function startFine(context: RunContext, { spec, scalings, rays, samples, fill }: FineStart): Promise<StageRun> {
  const { config, backend } = context;
  const capacity = capacityOf(context, spec);
  checkRoom(spec, capacity);
  const engine = await backend.createField(spec, capacity);
  return disposeOnFailure(engine, async () => {
    const random = stageRandom(config.seed, 'fine');
    await fill(engine, random);
    reportStage(context, 'fine', spec, 'fine stage');
    const stageStart = context.seconds();
    return assemble(
      context,
      engine,
      { step: 0, adamStep: 0, scalings, stageStart, rays, samples, feedback: null, observers: null, rises: null },
      random,
    );
  });
}

/** Goes on with the field of an ANN as that of the spiking network; Adam starts anew. */
export async function startSpiking(context: RunContext, field: FieldValues, { state, random }: StageRun): Promise<StageRun> {
  const { config, backend, views } = context;
  const spec = { ...field.spec, network: config.network };
  const engine = await backend.createField(spec, capacityOf(context, spec));
  return disposeOnFailure(engine, async () => {
    await writeValues(engine, field.values);
    await engine.writeOccupancy(field.occupancy);
    await writeWeights(engine, convertedWeights(field, config, views, random));
    reportStage(context, 'fine', spec, `the ANN becomes a network of ${config.network.neuron}`);
    return assemble(context, engine, { ...state, adamStep: 0, feedback: null, observers: null, rises: null }, random);
  });
}

export async function resumeFine(context: RunContext, checkpoint: Checkpoint): Promise<StageRun> {
  const { spec, state } = checkpoint;
  const engine = await restoreEngine(context.backend, checkpoint, capacityOf(context, spec));
  reportStage(context, 'fine', spec, `fine stage, from step ${state.step}`);
  return disposeOnFailure(engine, () => assemble(context, engine, state, new Random(state.random)));
}

function capacityOf({ config, teacher }: RunContext, spec: FieldSpec): Capacity {
  if (teacher === null) return fineCapacity(config, spec, null);
  const { grid, network } = teacher.spec;
  return fineCapacity(config, spec, { voxels: voxelCount(grid), spikes: isSpikingNetwork(network!) });
}

async function assemble(context: RunContext, engine: FieldEngine, start: StageRun['state'], random: Random): Promise<StageRun> {
  const { config } = context;
  const state = { ...start };
  const { rays, flatPixels } = config.fine;
  const sampler = new RaySampler(viewsAt(context, state.step), config.scene.background, rays, random, engine.spec.space, flatPixels);
  const prepareRays = async (step: number, fieldChanged: boolean): Promise<void> => {
    const grown = config.fine.imageScaleAt.includes(step);
    if (grown) sampler.setViews(viewsAt(context, step));
    if (config.fine.raysFrom === 'all' || !(grown || fieldChanged)) return;
    sampler.restrict(rayMask(engine.spec.grid, await engine.readOccupancy(), sampler.views, sampler.pixels, engine.spec.near));
  };
  await prepareRays(state.step, true);
  if (context.teacher !== null && asksTeacher(config.distillation)) await setTeacher(engine, context.teacher);
  return { name: 'fine', engine, sampler, random, rules: fineRules(context, engine, state, prepareRays, () => sampler.next()), state };
}

/** The training views as step `step` sees them. A field that begins as a teacher's sees them whole. */
function viewsAt({ config, views, teacher }: RunContext, step: number): readonly View[] {
  const { imageScaleAt } = config.fine;
  const left = teacher !== null && config.distillation.start === 'teacher' ? 0 : imageScaleAt.length - scalingsDone(step, imageScaleAt);
  return views.map((view) => downscaleView(view, 2 ** left));
}

/** @param prepareRays is told every step whether the occupancy has changed, so that the mask of rays is a function of field and views alone */
function fineRules(
  context: RunContext,
  engine: FieldEngine,
  state: StageRun['state'],
  prepareRays: (step: number, fieldChanged: boolean) => Promise<void>,
  rays: () => Rays,
): StageRules {
  const { config } = context;
  const { fine, adam, distillation } = config;
  const network = engine.spec.network!;
  checkShrinking(config, engine.spec);
  let thresholds: Awaited<ReturnType<typeof thresholdParameters>> = null;
  const gridRate = distillation.teacher !== null && distillation.freezeGrids ? 0 : 1;
  const rates = {
    density: fine.learningRates.density * gridRate,
    features: fine.learningRates.features * gridRate,
    network: fine.networkRate,
  };
  return {
    steps: fine.steps,
    plannedSteps: plannedSteps(config),
    handover: network.neuron === config.network.neuron ? 1 : fine.annShare,
    secondsAllowed: timeLimit(config) * (1 - SAVING_SHARE) - state.stageStart,
    prepare: async (step) => {
      const scalings = scalingsDone(step, fine.scaleAt);
      const scaling = scalings > state.scalings;
      const refresh = refreshDue(step, fine);
      const shrinking = fine.shrinkAt.includes(step);
      if (refresh || shrinking) await engine.refreshOccupancy();
      if (scaling || shrinking) {
        const to = shrinking
          ? shrunkSpec(config, engine.spec, await engine.readOccupancy(), scalings)
          : fineSpec(config, regionOf(engine.spec), scalings);
        await engine.scaleGrid({ ...to, network });
        reportStage(context, 'fine', engine.spec, shrinking ? 'box shrunk' : 'grid scaled');
        state.scalings = scalings;
        state.adamStep = 0;
      }
      await prepareRays(step, refresh || scaling || shrinking);
      thresholds = await thresholdParameters(engine, fine.imLoss);
    },
    observe: (progress) => renewSteps(engine, fine.bitBudget, state.observers, progress, rays),
    regulate: (step, { meanSpikes }) => {
      const { thresholdRises } = raisedThresholds(network, fine.regulation, state.rises);
      return thresholdRises && meanSpikes ? regulated(fine.regulation, step, thresholdRises, meanSpikes) : null;
    },
    settings: (step, progress) => ({
      adam,
      learningRates: scaledRates(rates, rateFactor(sinceRestart(progress, step, fine), fine)),
      loss: lossTerms(config, step, progress, state.feedback, thresholds),
      surrogateAlpha: steepness(config.network, progress),
      dropout: dropoutOf(config, network),
      ...raisedThresholds(network, fine.regulation, state.rises),
    }),
  };
}
