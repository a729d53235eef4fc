/**
 * The fine stage: the colour network and a dense grid in the box that the coarse stage found. In the order of DVGO's loop, before a step that
 * asks for it the occupancy is refreshed, then the grid is scaled; scaling starts Adam anew, as DVGO re-creates its optimiser.
 */
import { NO_LOSS_TERMS, type Capacity, type FieldEngine, type ParameterName } from '../backends/backend.ts';
import { plannedSteps } from '../config/planned-steps.ts';
import { Random } from '../math/random.ts';
import { contentBox, type Box } from '../model/bounds.ts';
import { densityOf } from '../model/density.ts';
import { disposeOnFailure } from '../model/dispose-on-failure.ts';
import { maxStepsPerRay, voxelCount, type FieldSpec } from '../model/field-spec.ts';
import { initialWeights, matchOpticalDepth } from '../model/initial-tensors.ts';
import { neighbourhoodExceeds, refreshOccupancy, resampleOccupancy } from '../model/occupancy.ts';
import { resampleGrid } from '../model/resample-grid.ts';
import { networkParameters, parametersOf, WEIGHTS } from '../model/tensor-names.ts';
import type { Checkpoint } from './checkpoint.ts';
import { rayMask } from './ray-mask.ts';
import { RaySampler } from './ray-sampler.ts';
import { reportStage, stageRandom, type RunContext } from './run-context.ts';
import { timeLimit, type StageRules, type StageRun } from './run-stage.ts';
import { refreshDue, scalingsDone } from './schedule.ts';
import { restoreEngine } from './snapshot.ts';
import { fineSpec } from './stage-spec.ts';

/** Share of a time limit kept for writing the last checkpoint. */
const SAVING_SHARE = 0.01;

/** What the coarse stage hands over. */
export interface CoarseResult {
  readonly spec: FieldSpec;
  readonly density: Float32Array;
  readonly occupancy: Uint8Array;
  readonly rays: number;
  readonly samples: number;
}

export async function startFine(context: RunContext, coarse: CoarseResult): Promise<StageRun> {
  const { config, backend, scene } = context;
  const { stepSize } = config.coarse;
  const box = contentBox(coarse.spec, coarse.density, coarse.occupancy, stepSize, config.fine.boundAlpha, config.fine.boundScale);
  const scalings = scalingsDone(0, config.fine.scaleAt);
  const spec = fineSpec(config, box, scene.near, scalings);
  const engine = await backend.createField(spec, fineCapacity(context, box));
  return disposeOnFailure(engine, async () => {
    const random = stageRandom(config.seed, 'fine');
    const weights = initialWeights(config.network, spec.featureChannels, random);
    for (const name of WEIGHTS) await engine.write(name, weights[name]);
    if (config.fine.warmStart) {
      const density = resampleGrid(coarse.density, coarse.spec.grid, spec.grid, 1);
      matchOpticalDepth(density, coarse.spec, spec);
      await engine.write('density', density);
    }
    await engine.writeOccupancy(resampleOccupancy(coarseContent(context, coarse), coarse.spec.grid, spec.grid));
    reportStage(context, 'fine', spec, 'fine stage');
    const { rays, samples } = coarse;
    return assemble(context, engine, { step: 0, adamStep: 0, scalings, stageStart: context.seconds(), rays, samples }, random);
  });
}

export async function resumeFine(context: RunContext, checkpoint: Checkpoint): Promise<StageRun> {
  const { spec, state } = checkpoint;
  const engine = await restoreEngine(context.backend, checkpoint, fineCapacity(context, spec.grid));
  reportStage(context, 'fine', spec, `fine stage, from step ${state.step}`);
  return disposeOnFailure(engine, () => assemble(context, engine, state, new Random(state.random)));
}

/** What the field will need after the last scaling. */
function fineCapacity({ config, scene }: RunContext, box: Box): Capacity {
  const { scaleAt, rays } = config.fine;
  const last = fineSpec(config, box, scene.near, scaleAt.length);
  return { voxels: voxelCount(last.grid), steps: maxStepsPerRay(last), trainRays: rays };
}

/** The coarse places whose neighbourhood holds matter (DVGO's mask cache of the coarse checkpoint). */
function coarseContent({ config }: RunContext, { spec, density, occupancy }: CoarseResult): Uint8Array {
  const least = densityOf(config.fine.boundAlpha, spec.densityShift, spec.interval / config.coarse.stepSize);
  const content = neighbourhoodExceeds(density, spec.grid.size, least);
  for (let i = 0; i < content.length; i++) content[i] &= occupancy[i];
  return content;
}

async function assemble(context: RunContext, engine: FieldEngine, start: StageRun['state'], random: Random): Promise<StageRun> {
  const { views, config } = context;
  const sampler = new RaySampler(views, config.scene.background, config.fine.rays, random);
  const state = { ...start };
  const drawFromOccupied = async (): Promise<void> => {
    if (config.fine.raysFrom === 'all') return;
    sampler.restrict(rayMask(engine.spec.grid, await engine.readOccupancy(), views, sampler.pixels, engine.spec.near));
  };
  await drawFromOccupied();
  return { name: 'fine', engine, sampler, random, rules: fineRules(context, engine, state, drawFromOccupied), state };
}

/** @param drawFromOccupied is called after every change of the occupancy, so that the mask of rays is a function of the field alone. */
function fineRules(context: RunContext, engine: FieldEngine, state: StageRun['state'], drawFromOccupied: () => Promise<void>): StageRules {
  const { fine, adam } = context.config;
  return {
    steps: fine.steps,
    plannedSteps: plannedSteps(context.config),
    decay: fine,
    secondsAllowed: timeLimit(context.config) * (1 - SAVING_SHARE) - state.stageStart,
    prepare: async (step) => {
      const scalings = scalingsDone(step, fine.scaleAt);
      const scaling = scalings > state.scalings;
      const refresh = refreshDue(step, fine);
      if (refresh) await engine.writeOccupancy(refreshOccupancy(engine.spec, await engine.read('density'), await engine.readOccupancy()));
      if (scaling) {
        await scaleGrid(context, engine, scalings);
        state.scalings = scalings;
        state.adamStep = 0;
      }
      if (refresh || scaling) await drawFromOccupied();
    },
    settings: (_step, factor) => ({
      adam,
      learningRates: {
        density: fine.learningRates.density * factor,
        features: fine.learningRates.features * factor,
        network: fine.networkRate * factor,
      },
      loss: { ...NO_LOSS_TERMS, ...fine.loss, spikes: [fine.spikePenalty, fine.spikePenalty] },
      surrogateAlpha: null,
      dropout: 0,
    }),
  };
}

/** Doubles the voxel count (DVGO `scale_volume_grid`); the new occupancy is refreshed before the density shift is lowered, as there. */
async function scaleGrid(context: RunContext, engine: FieldEngine, scalings: number): Promise<void> {
  const from = engine.spec;
  const to = fineSpec(context.config, from.grid, from.near, scalings);
  const resized = to.grid.size.some((points, axis) => points !== from.grid.size[axis]);
  const density = resampleGrid(await engine.read('density'), from.grid, to.grid, 1);
  const features = resampleGrid(await engine.read('features'), from.grid, to.grid, from.featureChannels);
  const occupancy = resampleOccupancy(await engine.readOccupancy(), from.grid, to.grid);
  await engine.respecify(to);
  await engine.write('density', density);
  await engine.write('features', features);
  await engine.writeOccupancy(refreshOccupancy({ ...to, densityShift: from.densityShift }, density, occupancy));
  await clearMoments(engine, resized ? networkParameters(to) : parametersOf(to));
  reportStage(context, 'fine', to, 'grid scaled');
}

async function clearMoments(engine: FieldEngine, names: readonly ParameterName[]): Promise<void> {
  for (const name of names) {
    for (const moment of ['m', 'v'] as const) {
      const tensor = await engine.read(`${name}.${moment}`);
      await engine.write(`${name}.${moment}`, tensor.fill(0));
    }
  }
}
