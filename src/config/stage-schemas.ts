/** Settings of the two stages of training (schema.ts). */
import { z } from 'zod';
import { count, fraction, positive } from './numbers.ts';
import { unused } from './unused.ts';

const bits = z.number().min(1).max(8).nullable();

const learningRates = z.strictObject({
  density: positive.describe('learning rate of the density grid'),
  features: positive.describe('learning rate of the feature (colour) grid'),
});

const loss = z.strictObject({
  perSample: z.number().min(0).describe('weight of the colour error of single samples'),
  entropy: z.number().min(0).describe('weight of the background entropy'),
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
  totalVariationEvery: z
    .number()
    .int()
    .min(1)
    .default(unused.geometryLoss.totalVariationEvery)
    .describe('total variation acts in one of so many steps, that many times as strong'),
  totalVariationUntil: count
    .nullable()
    .default(unused.geometryLoss.totalVariationUntil)
    .describe('last step with total variation; null: always'),
  totalVariationDenseUntil: count
    .default(unused.geometryLoss.totalVariationDenseUntil)
    .describe('last step in which it acts on all voxels, not only on those that the rays touch'),
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

export const coarseSchema = stageSchema.extend({
  epsilonWarmup: count.describe('steps with the tiny Adam epsilon 1e-15'),
  minViews: count.describe('voxels seen by this many views or fewer are masked out'),
  weighByViews: z.boolean().describe('scale learning rates by the number of views that see a voxel'),
  maskNearCameras: z.boolean().describe('mask out voxels nearer to a camera than `near`'),
});

export const fineSchema = stageSchema.extend({
  loss: fineLoss,
  occupancyWait: fraction
    .default(unused.occupancyWait)
    .describe('share of the steps so far that lies at least between refreshes of the occupancy: the longer training, the rarer'),
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
  planesFollowImages: z
    .boolean()
    .default(unused.detail.planesFollowImages)
    .describe('forward-facing scenes: while images are halved (`imageScaleAt`) so are the planes, from one of `scaleAt` to the next'),
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
});
