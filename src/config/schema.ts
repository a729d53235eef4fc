/**
 * The one description of a run's settings: names, units, defaults, ranges. `--set key=value`, the help text, `config.json` and the trainer all
 * read it from here. A resolved config together with a scene (and a teacher, if it names one) and nothing else determines a run. Settings with
 * a default are younger than the format: a run whose files lack them was trained as the default says.
 */
import { ORIENTATIONS } from '../io/files.ts';
import { builtInNeurons } from '../neurons/index.ts';
import { SURROGATE_SETTINGS } from '../neurons/surrogates.ts';
import { SPACE_KINDS } from '../spaces/index.ts';
import { z } from 'zod';

const positive = z.number().positive();
const fraction = z.number().min(0).max(1);
const count = z.number().int().nonnegative();
const bits = z.number().min(1).max(8).nullable();

const learningRates = z.strictObject({
  density: positive.describe('learning rate of the density grid'),
  features: positive.describe('learning rate of the feature (colour) grid'),
});

const loss = z.strictObject({
  perSample: z.number().min(0).describe('weight of the colour error of single samples'),
  entropy: z.number().min(0).describe('weight of the background entropy'),
});

/** What runs did from before these settings were there: nothing of it. */
export const unused = {
  field: { kind: 'dense', features: null, share: 0.5, densityRanks: [16, 16, 16], featureRanks: [48, 48, 48] },
  densityL1: { weight: 0, rest: 0 },
  growth: { firstVoxels: null, shrinkAt: [] as number[], ratesRestart: false, distanceScale: null, occupancyAlpha: null },

  geometryLoss: { distortion: 0, totalVariation: { density: 0, features: 0 }, totalVariationUntil: null, totalVariationDenseUntil: 0 },
  planes: 128,
  detail: { planeParallax: null, pointSpacing: null },
  annShare: 0,
  handoverScale: null,
  imageScaleAt: [] as number[],
  flatPixels: 1,
  imLoss: { weight: 0, target: 1, perNeuron: false },
  bitBudget: { weights: null, spikes: null, repeats: null, penalty: 0.04, renew: 'spikes', settleAt: 1 },
  regulation: { rate: 0.01, interval: 500, anneal: 0.7 },
  distillation: { teacher: null, colour: 0.5, potential: 0, gram: 0, start: 'teacher', freezeGrids: false },
} as const;

/** Components of a factor: kernels take four at a time. */
export const componentRank = z.number().int().min(4).max(64).multipleOf(4);
const ranks = z.array(componentRank).length(3);

const fieldSchema = z.strictObject({
  // The coarse stage has dense grids, whatever the fine one has.
  kind: z
    .enum(['dense', 'bricks', 'vm'])
    .describe(
      'what the fine stage keeps density and features in: dense grids, the same in bricks that exist only where matter may be, or vector-matrix factors (TensoRF)',
    ),
  features: z
    .number()
    .int()
    .min(1)
    .max(64)
    .nullable()
    .describe('features of a place, inputs of the colour network; null: 12 of grids, 27 of factors'),
  share: z
    .number()
    .gt(0)
    .max(1)
    .default(unused.field.share)
    .describe(
      'kind=bricks: share of all bricks that there is room for; those that hold nothing take no memory, but webgpu reserves it; tfjs holds to it only when the stage begins',
    ),
  densityRanks: ranks.describe('kind=vm: components of the density for XY·Z, XZ·Y and YZ·X, multiples of 4'),
  featureRanks: ranks.describe('kind=vm: components of the appearance for XY·Z, XZ·Y and YZ·X, multiples of 4'),
});

const fineLoss = loss.extend({
  densityL1: z
    .strictObject({
      weight: z.number().min(0).describe('kind=vm: weight of the L1 norm of the density factors'),
      rest: z.number().min(0).describe('its weight from the first step of fine.shrinkAt on'),
    })
    .default(unused.densityL1),
  distortion: z
    .number()
    .min(0)
    .default(unused.geometryLoss.distortion)
    .describe('weight of the distortion loss: draws the samples of a ray together'),
  totalVariation: z
    .strictObject({
      density: z.number().min(0).describe('weight of the total variation of the density'),
      features: z.number().min(0).describe('weight of the total variation of the features'),
    })
    .default(unused.geometryLoss.totalVariation),
  totalVariationUntil: count
    .nullable()
    .default(unused.geometryLoss.totalVariationUntil)
    .describe('last step with total variation; null: always'),
  totalVariationDenseUntil: count
    .default(unused.geometryLoss.totalVariationDenseUntil)
    .describe('last step in which it acts on all voxels, not only on those that the rays touch'),
});

const levels = z.number().int().min(0).max(127).default(0);

export const networkSchema = z.strictObject({
  // Any text here, so that a checkpoint with a neuron of another program can be read; the command line knows the built-in names.
  neuron: z
    .string()
    .meta({ enum: builtInNeurons.map(({ name }) => name) })
    .describe('hidden neurons, see `spikeray neurons`; relu is the ANN twin'),
  neuronParameters: z.record(z.string(), z.number()).describe('parameters of the neuron, see `spikeray neurons`'),
  neuronRate: z.number().min(0).describe("factor on the network's learning rate for the neurons' learned parameters"),
  surrogate: z.enum(['own', ...SURROGATE_SETTINGS]).describe("surrogate gradient of a spike; own: the neuron's"),
  surrogateAlpha: positive.nullable().describe('steepness of the surrogate; null: its own'),
  width: z.number().int().min(16).max(256).multipleOf(16).describe('hidden neurons a layer, a multiple of 16'),
  layers: z
    .array(
      z.strictObject({
        kind: z.string().describe('kind of the layer: dense, hetsyn, or hetsyn-1, -2, -4, -8'),
        width: z.number().int().min(1).max(4096).describe('its neurons'),
      }),
    )
    .min(1)
    .max(16)
    .nullable()
    .default(null)
    .describe('hidden layers in place of two dense ones of `width` neurons; other lists run on the backend tfjs. null: those two'),
  // Any text, as for the neuron.
  quantiser: z
    .union([z.string(), z.array(z.string().nullable()).min(1).max(17)])
    .nullable()
    .default(null)
    .describe('quantiser of the weights: one for all layers, or a list with one or null for each, the output layer included; null: none'),
  viewFrequencies: z.number().int().min(0).max(8).describe('frequencies of the view-direction encoding'),
  featureFrequencies: z
    .number()
    .int()
    .min(0)
    .max(4)
    .default(0)
    .describe('frequencies of the encoding of the features, which have their sines and cosines as inputs besides (TensoRF: 2); 0: none'),
  temporal: z.enum(['condense', 'pad', 'repeat']).describe('time axis: condensed (TCP), padded (TP), or each sample repeated'),
  order: z.enum(['near-to-far', 'far-to-near']).describe('which sample of a ray is the first time step'),
  repeats: z.number().int().min(1).max(64).describe('time steps a sample, for temporal=repeat'),
  learnRepeats: z
    .boolean()
    .default(false)
    .describe(
      'for temporal=repeat: every hidden layer learns its own number of time steps, from `repeats` to at most one more, and gives on the mean of its outputs',
    ),
  encoding: z.enum(['direct', 'poisson']).describe('input of repeated steps, for temporal=repeat'),
  backward: z
    .enum(['time', 'rate'])
    .default('time')
    .describe('what training differentiates, for temporal=repeat: every time step, or firing rates only (memory flat in repeats)'),
  featureLevels: levels.describe('features in front of layer 1 as spikes of -n to n steps, but with encoding=poisson; 0: real numbers'),
  viewLevels: levels.describe('view terms in front of layer 1 as spikes of -n to n steps, but with encoding=poisson; 0: real numbers'),
  dropout: z.number().min(0).lt(1).default(0).describe('moderate dropout (LTMD): mean share of spiking neurons dropped on a training ray'),
});

const stageSchema = z.strictObject({
  steps: count.describe('training steps'),
  rays: z
    .number()
    .int()
    .min(1)
    .max(1 << 20)
    .describe('rays a step'),
  voxels: z
    .number()
    .int()
    .min(8)
    .max(512 ** 3)
    .describe('voxels of the full grid'),
  stepSize: z.number().min(0.05).max(4).describe('distance between ray steps, voxels'),
  alphaInit: z.number().gt(0).lt(1).describe('alpha of an untrained voxel'),
  alphaThreshold: fraction.describe('samples with a smaller alpha do not exist'),
  weightThreshold: fraction.describe('samples with a smaller weight are not shown to the network'),
  learningRates,
  loss,
  occupancyEvery: z.number().int().min(1).describe('steps between refreshes of the occupancy'),
  occupancyFrom: count.describe('first step at which the occupancy is refreshed'),
  decayFrom: fraction.describe('share of the stage with constant learning rates'),
  decayTo: z.number().gt(0).max(1).describe('factor on the learning rates at the end of the stage, reached exponentially'),
});

export const configSchema = z.strictObject({
  preset: z.string().describe('name of the preset the settings started from'),
  seed: z.number().int().min(0).max(0xffffffff).describe('seed of everything random'),
  scene: z.strictObject({
    downscale: z.number().int().min(1).max(64).describe('divide image width and height, by area averaging'),
    background: z.enum(['white', 'black', 'random']).describe('what transparent pixels are composited over'),
    near: z.union([z.literal('auto'), positive]).describe('nearest z-depth of the scene, lengths of its file'),
    far: z.union([z.literal('auto'), positive]).describe('farthest z-depth of the scene, lengths of its file'),
    // Defaults: runs of before these settings have none of them.
    holdout: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(8)
      .describe('where a scene has no splits, keep every n-th view for testing; 0: none'),
    space: z
      .enum(['auto', ...SPACE_KINDS])
      .default('auto')
      .describe('what the scene is treated as'),
    box: z
      .array(z.number().finite())
      .length(6)
      .nullable()
      .default(null)
      .describe(
        "box of a bounded scene, x y z of one corner, then of the other, lengths of its file; null: the scene's own, or what the cameras see",
      ),
    orientation: z
      .enum(ORIENTATIONS)
      .default('auto')
      .describe("photos that EXIF calls turned: as their camera's shape says, else upright; always upright; or as stored"),
  }),
  network: networkSchema,
  field: fieldSchema.default({
    ...unused.field,
    densityRanks: [...unused.field.densityRanks],
    featureRanks: [...unused.field.featureRanks],
  }),
  coarse: stageSchema.extend({
    epsilonWarmup: count.describe('steps with the tiny Adam epsilon 1e-15'),
    minViews: count.describe('voxels seen by this many views or fewer are masked out'),
    weighByViews: z.boolean().describe('scale learning rates by the number of views that see a voxel'),
    maskNearCameras: z.boolean().describe('mask out voxels nearer to a camera than `near`'),
  }),
  fine: stageSchema.extend({
    loss: fineLoss,
    boundScale: z.number().min(1).max(4).describe('enlargement of the box found by the coarse stage'),
    boundAlpha: fraction.describe('coarse alpha above which a voxel counts for that box'),
    planes: z
      .number()
      .int()
      .min(2)
      .max(1024)
      .default(unused.planes)
      .describe('forward-facing scenes: planes of the grid along the depth; `voxels` are all planes together'),
    planeParallax: positive
      .nullable()
      .default(unused.detail.planeParallax)
      .describe(
        'forward-facing scenes: pixels by which a place may move from plane to plane between the cameras farthest apart: no more planes than that asks for; null: `planes`',
      ),
    pointSpacing: positive
      .nullable()
      .default(unused.detail.pointSpacing)
      .describe('forward-facing scenes: pixels between the points of a plane: no more voxels than that asks for; null: `voxels`'),
    scaleAt: z.array(count).describe('steps at which the voxel count doubles, up to `voxels`'),
    firstVoxels: z
      .number()
      .int()
      .min(8)
      .max(512 ** 3)
      .nullable()
      .default(unused.growth.firstVoxels)
      .describe('voxels before the first of `scaleAt`, which then multiply by equal factors; null: they double'),
    shrinkAt: z
      .array(count)
      .default(unused.growth.shrinkAt)
      .describe('bounded scenes: steps at which the box is drawn around what is occupied, its voxels staying as many'),
    occupancyAlpha: fraction
      .nullable()
      .default(unused.growth.occupancyAlpha)
      .describe('a refresh takes a grid point with a smaller alpha for empty; null: as alphaThreshold'),
    ratesRestart: z
      .boolean()
      .default(unused.growth.ratesRestart)
      .describe('the decay of the learning rates begins anew at each of `scaleAt`'),
    distanceScale: positive
      .nullable()
      .default(unused.growth.distanceScale)
      .describe('opacity a metre of a density of 1 (TensoRF: 25); null: that of alphaInit over an edge of the full grid'),
    imageScaleAt: z
      .array(count)
      .default(unused.imageScaleAt)
      .describe('steps at which the training images double their width and height, up to the whole; before the first they are smallest'),
    shiftPerScaling: z.number().describe('added to the density shift at every doubling'),
    warmStart: z.boolean().describe('start the density from the coarse grid instead of zero'),
    networkRate: positive.describe('learning rate of the colour network'),
    spikePenalty: z.number().min(0).describe('weight of the mean firing rates in the loss'),
    spikeTargets: z
      .array(z.number().min(0))
      .nullable()
      .default(null)
      .describe('firing rates of the hidden layers above which spikePenalty acts; null: always'),
    imLoss: z
      .strictObject({
        weight: z.number().min(0).describe('weight of the IM-Loss; 0: off'),
        target: z.number().describe('wanted mean potential, thresholds'),
        perNeuron: z.boolean().describe('one mean for each neuron instead of one a layer, as published'),
      })
      .default(unused.imLoss),
    bitBudget: z
      .strictObject({
        weights: bits.describe('mean bits of a weight to aim at, where a quantiser learns them (learned-bits); null: bits cost nothing'),
        spikes: bits.describe('mean bits of a spike to aim at, where neurons learn them (learned-bits); null: bits cost nothing'),
        repeats: z
          .number()
          .min(1)
          .max(64)
          .nullable()
          .default(unused.bitBudget.repeats)
          .describe('mean time steps of a hidden layer to aim at, where these are learned (network.learnRepeats); null: they cost nothing'),
        penalty: z.number().min(0).describe('weight in the loss of a mean bit too many or too few; a quarter of it for a time step'),
        renew: z.enum(['none', 'weights', 'spikes', 'both']).describe('whose step is found anew when their bits change'),
        settleAt: fraction
          .default(unused.bitBudget.settleAt)
          .describe('share of the stage after which bits, or time steps, are kept as soon as their mean is within the target'),
      })
      .default(unused.bitBudget),
    regulation: z
      .strictObject({
        rate: z
          .number()
          .min(0)
          .describe('how fast a threshold rises that is regulated (lif-regulated), a step and spike more than the mean; 0: off'),
        interval: z.number().int().min(1).describe('steps after which thresholds begin anew'),
        anneal: fraction.describe('factor on the rate after each interval'),
      })
      .default(unused.regulation),
    annShare: fraction
      .default(unused.annShare)
      .describe('share of the stage trained with ReLU in place of spikes; then the weights are converted'),
    handoverScale: z
      .array(positive)
      .nullable()
      .default(unused.handoverScale)
      .describe(
        'factors on the sizes of the spikes of each hidden layer when an ANN becomes a network whose spikes have more than two sizes: half as large they are a bit shorter; null: the sizes of the least squared error',
      ),
    raysFrom: z.enum(['all', 'occupied']).describe('draw training rays from all pixels, or from those whose ray meets an occupied place'),
    flatPixels: z
      .number()
      .min(0.01)
      .max(1)
      .default(unused.flatPixels)
      .describe(
        'how often a pixel whose surroundings are equally bright is drawn, where one with much contrast is drawn once, in proportion between; 1: all alike',
      ),
  }),
  distillation: z
    .strictObject({
      teacher: z
        .string()
        .min(1)
        .nullable()
        .describe(
          'what teaches: the folder of a finished run, an ANN or of the same neurons, or twin: the ANN, trained first under the same settings; null: none',
        ),
      colour: z.number().min(0).describe("weight of the colour's distance to the teacher's at single samples"),
      potential: z
        .number()
        .min(0)
        .describe("weight of the hidden potentials' distance to the inputs of the teacher's ReLUs, or its potentials"),
      gram: z
        .number()
        .min(0)
        .default(unused.distillation.gram)
        .describe("weight of the distance of the potentials' cosines between a ray's samples to those of the teacher (MPFD)"),
      start: z.enum(['teacher', 'scratch']).describe("start from the teacher's field, or from a coarse stage of its own"),
      freezeGrids: z.boolean().describe("keep the teacher's density and features as they are, for start=teacher"),
    })
    .default(unused.distillation),
  adam: z.strictObject({
    beta1: z.number().min(0).lt(1).describe('memory of the mean of the gradients'),
    beta2: z.number().min(0).lt(1).describe('memory of the mean of their squares'),
    epsilon: positive.describe('added to the denominator'),
  }),
  budget: z.strictObject({
    maxMinutes: positive.nullable().describe('wall-clock limit of the whole run; the schedule shrinks to fit it'),
    maxSteps: count.nullable().describe('the fine stage stops after this many of its `steps`; the schedule stays that of all of them'),
  }),
  checkpoint: z.strictObject({
    everyMinutes: positive.describe('minutes between checkpoints'),
  }),
});

export type Config = z.infer<typeof configSchema>;
export type NetworkConfig = z.infer<typeof networkSchema>;
