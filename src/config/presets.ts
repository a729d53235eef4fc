/**
 * Named starting points of a config. `paper` follows SpikingNeRF's configs, `llff-paper` DVGO's for forward-facing scenes with SpikingNeRF's
 * network; `blender` is the default, `llff` that of forward-facing scenes, `unbounded` that of captures with a background.
 */
import type { Config } from './schema.ts';
import { unused } from './unused.ts';

/** Dense grids. */
const field: Config['field'] = { ...unused.field, densityRanks: [16, 16, 16], featureRanks: [48, 48, 48] };

const network: Config['network'] = {
  neuron: 'lif',
  neuronParameters: {},
  neuronRate: 0.1,
  surrogate: 'own',
  surrogateAlpha: null,
  width: 128,
  layers: null,
  quantiser: null,
  viewFrequencies: 4,
  featureFrequencies: 0,
  temporal: 'condense',
  order: 'near-to-far',
  repeats: 4,
  encoding: 'direct',
  backward: 'time',
  learnRepeats: false,
  featureLevels: 0,
  viewLevels: 0,
  dropout: 0,
};

/** SpikingNeRF-D on Synthetic-NeRF, constant for constant (DVGO's code where the paper's repository leaves a default). */
const paper: Config = {
  preset: 'paper',
  seed: 777,
  scene: { downscale: 1, background: 'white', near: 2, far: 6, holdout: 8, space: 'auto', box: null, orientation: 'auto' },
  network,
  field,
  coarse: {
    steps: 5000,
    rays: 8192,
    voxels: 1_024_000,
    stepSize: 0.5,
    alphaInit: 1e-6,
    alphaThreshold: 1e-7,
    weightThreshold: 1e-7,
    learningRates: { density: 0.1, features: 0.1 },
    loss: { perSample: 0.1, entropy: 0.01 },
    occupancyEvery: 1000,
    occupancyFrom: 500,
    decayFrom: 0,
    decayTo: 10 ** (-5000 / 20_000),
    epsilonWarmup: 0,
    minViews: 2,
    weighByViews: true,
    maskNearCameras: true,
  },
  fine: {
    steps: 40_000,
    rays: 8192,
    voxels: 160 ** 3,
    stepSize: 0.5,
    alphaInit: 1e-2,
    alphaThreshold: 1e-4,
    weightThreshold: 1e-4,
    learningRates: { density: 0.1, features: 0.1 },
    loss: { perSample: 0.01, entropy: 0.001, densityL1: unused.densityL1, ...unused.geometryLoss },
    occupancyEvery: 1000,
    occupancyFrom: 500,
    occupancyWait: unused.occupancyWait,
    decayFrom: 0,
    decayTo: 0.01,
    boundScale: 1.05,
    boundAlpha: 1e-3,
    planes: unused.planes,
    ...unused.detail,
    scaleAt: [1000, 2000, 3000, 4000],
    ...unused.growth,
    imageScaleAt: unused.imageScaleAt,
    shiftPerScaling: -1,
    warmStart: false,
    networkRate: 1e-3,
    spikePenalty: 0,
    spikeTargets: null,
    imLoss: unused.imLoss,
    bitBudget: { ...unused.bitBudget, settleAt: 0.5 },
    regulation: unused.regulation,
    annShare: unused.annShare,
    handoverScale: unused.handoverScale,
    raysFrom: 'occupied',
    flatPixels: unused.flatPixels,
  },
  distillation: unused.distillation,
  adam: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
  budget: { maxMinutes: null, maxSteps: null },
  checkpoint: { everyMinutes: 5 },
};

/** The best PSNR for the time on a few CPU cores; docs/benchmarks.md has the measurements behind its schedule, docs/results.md those of its network. */
const blender: Config = {
  ...paper,
  preset: 'blender',
  field: { ...field, kind: 'bricks', share: 1 },
  network: { ...network, neuron: 'four-bit', featureLevels: 15, viewLevels: 8 },
  scene: { ...paper.scene, near: 'auto', far: 'auto' },
  coarse: {
    ...paper.coarse,
    steps: 2500,
    rays: 1024,
    voxels: 64 ** 3,
    alphaInit: 1e-4,
    alphaThreshold: 1e-5,
    weightThreshold: 1e-5,
    occupancyEvery: 400,
    occupancyFrom: 400,
    decayTo: 1,
    epsilonWarmup: 500,
  },
  fine: {
    ...paper.fine,
    steps: 15_000,
    rays: 2048,
    weightThreshold: 3e-3,
    scaleAt: [250, 500, 750],
    shiftPerScaling: 0,
    warmStart: true,
    networkRate: 1e-2,
    occupancyEvery: 500,
    occupancyWait: 0.25,
    decayFrom: 0.5,
    annShare: 0.4,
    decayTo: 0.05,
  },
};

/** The schedule of `blender` for networks whose layer 1 has real inputs, as published: with these the tables of docs/ before finer spikes were measured. */
const realInputs: Config = {
  ...blender,
  preset: 'real-inputs',
  network: { ...network, neuron: 'ternary' },
  fine: { ...blender.fine, spikePenalty: 3e-3, annShare: 0.75 },
};

/**
 * DVGO's `configs/llff/llff_default.py`, constant for constant, but for 12 features in place of 9 and a nearer near plane (docs/model.md, section
 * 10). There is no coarse stage.
 */
const llffPaper: Config = {
  ...paper,
  preset: 'llff-paper',
  scene: { ...paper.scene, background: 'black', near: 'auto', far: 'auto' },
  network: { ...network, width: 64, viewFrequencies: 0 },
  coarse: { ...paper.coarse, steps: 0 },
  fine: {
    ...paper.fine,
    steps: 30_000,
    rays: 4096,
    voxels: 256 ** 3,
    planes: 128,
    alphaThreshold: 1e-3,
    weightThreshold: 1e-3,
    decayTo: 10 ** (-30_000 / 20_000),
    loss: {
      ...paper.fine.loss,
      distortion: 0.01,
      totalVariation: { density: 1e-5, features: 1e-6 },
      totalVariationUntil: null,
      totalVariationDenseUntil: 10_000,
    },
    scaleAt: [2000, 4000, 6000, 8000],
    raysFrom: 'all',
  },
};

/**
 * Forward-facing scenes on a few CPU cores: half of the steps of `llff-paper`, one step a plane in place of two, total variation where rays pass
 * alone, fewer rays where the images are even, and images that grow with the grid. docs/results.md has the measurements behind it.
 */
const llff: Config = {
  ...llffPaper,
  preset: 'llff',
  network: { ...llffPaper.network, neuron: 'four-bit', featureLevels: 15, viewLevels: 16 },
  field: { ...llffPaper.field, features: 8 },
  fine: {
    ...llffPaper.fine,
    steps: 16_000,
    flatPixels: 0.25,
    voxels: 17_500_000,
    planes: 160,
    planeParallax: 3.25,
    pointSpacing: 1.6,
    stepSize: 1,
    weightThreshold: 3e-3,
    scaleAt: [600, 1200, 1800, 2400],
    imageScaleAt: [900, 2400],
    shiftPerScaling: 0,
    networkRate: 1e-2,
    loss: { ...llffPaper.fine.loss, totalVariationDenseUntil: 0, totalVariationEvery: 4 },
    occupancyEvery: 500,
    decayFrom: 0.5,
    decayTo: 0.05,
    annShare: 0.3,
  },
};

/**
 * Steps of as many rays as keep a GPU busy, and therefore fewer of them: the schedule of `blender`, scaled, with fewer refreshes of the occupancy, after each
 * of which the host finds out anew which rays meet something.
 */
const gpu: Config = {
  ...blender,
  preset: 'gpu',
  // Which bricks exist is found out by the host, too, at every refresh.
  field,
  coarse: { ...blender.coarse, steps: 1000, rays: 4096, occupancyEvery: 160, occupancyFrom: 160, epsilonWarmup: 200 },
  fine: { ...blender.fine, steps: 6000, rays: 8192, scaleAt: [100, 200, 300], occupancyEvery: 500, occupancyFrom: 500 },
};

/**
 * Unbounded scenes on a few CPU cores: contracted space, the terms of DVGO's `configs/nerf_unbounded`, and a coarse stage, which DVGO has none of,
 * so that the colour network need not be asked at everything that is transparent. Not tuned.
 */
const unbounded: Config = {
  ...realInputs,
  preset: 'unbounded',
  // Bricks have not been tried in contracted space.
  field,
  scene: { ...realInputs.scene, background: 'random' },
  coarse: { ...realInputs.coarse, minViews: 0, weighByViews: false, maskNearCameras: false },
  fine: {
    ...realInputs.fine,
    voxels: 192 ** 3,
    raysFrom: 'all',
    loss: {
      ...realInputs.fine.loss,
      distortion: 0.01,
      totalVariation: { density: 1e-6, features: 1e-7 },
      totalVariationUntil: 7500,
    },
  },
};

/**
 * SpikingNeRF-T on Synthetic-NeRF: TensoRF's configs/lego.txt (VM-192) with the spiking network of 42 inputs, constant for constant. Alpha of a step is
 * 1 - exp(-25 softplus(f - 10) length), hence alphaInit: e^-10 is alphaInit / (1 - alphaInit). docs/model.md, section 11, has what is done otherwise.
 */
const tensorfPaper: Config = {
  ...paper,
  preset: 'tensorf-paper',
  seed: 20211202,
  scene: { ...paper.scene, box: [-1.5, -1.5, -1.5, 1.5, 1.5, 1.5] },
  network: { ...network, viewFrequencies: 2 },
  field: { ...field, kind: 'vm' },
  coarse: { ...paper.coarse, steps: 0 },
  fine: {
    ...paper.fine,
    steps: 30_000,
    rays: 4096,
    voxels: 300 ** 3,
    alphaInit: 1 / (1 + Math.exp(10)),
    alphaThreshold: 0,
    weightThreshold: 1e-4,
    learningRates: { density: 0.02, features: 0.02 },
    networkRate: 1e-3,
    loss: { perSample: 0, entropy: 0, ...unused.geometryLoss, densityL1: { weight: 8e-5, rest: 4e-5 } },
    occupancyEvery: 2000,
    occupancyFrom: 2000,
    decayTo: 0.1,
    scaleAt: [2000, 3000, 4000, 5500, 7000],
    firstVoxels: 128 ** 3,
    shrinkAt: [2000],
    occupancyAlpha: 1e-4,
    ratesRestart: true,
    distanceScale: 25,
    shiftPerScaling: 0,
  },
};

/** `blender` with factors in the place of grids. */
const tensorf: Config = {
  ...blender,
  preset: 'tensorf',
  field: { ...field, kind: 'vm', densityRanks: [8, 8, 8], featureRanks: [24, 24, 24] },
  fine: {
    ...blender.fine,
    // What is untrained is too thin for the colour network, or it would be asked at every step of every ray.
    alphaInit: 1e-3,
    voxels: 200 ** 3,
    learningRates: { density: 0.02, features: 0.02 },
    loss: { ...blender.fine.loss, densityL1: { weight: 4e-5, rest: 4e-5 } },
  },
};

export const presets = {
  blender,
  'real-inputs': realInputs,
  paper,
  llff,
  'llff-paper': llffPaper,
  unbounded,
  gpu,
  tensorf,
  'tensorf-paper': tensorfPaper,
} as const satisfies Record<string, Config>;
export type PresetName = keyof typeof presets;
