/**
 * Named starting points of a config. `paper` follows SpikingNeRF's configs, `llff-paper` DVGO's for forward-facing scenes with SpikingNeRF's
 * network; `blender` is the default, `llff` that of forward-facing scenes, `unbounded` that of captures with a background.
 */
import type { Config } from './schema.ts';
import { field, llffPaper, network, paper, tensorfPaper } from './published-presets.ts';

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
 * Forward-facing scenes on a few CPU cores: two fifths of the steps of `llff-paper`, one step a plane in place of two, total variation stronger and
 * where rays pass alone, fewer rays where the images are even, and images that grow with the grid, planes with them. docs/results.md has the measurements behind it.
 */
const llff: Config = {
  ...llffPaper,
  preset: 'llff',
  network: { ...llffPaper.network, neuron: 'four-bit', featureLevels: 15, viewLevels: 16 },
  field: { ...llffPaper.field, features: 8 },
  fine: {
    ...llffPaper.fine,
    steps: 12_000,
    flatPixels: 0.25,
    voxels: 25_000_000,
    planes: 256,
    planeParallax: 2.65,
    pointSpacing: 1.6,
    planesFollowImages: true,
    stepSize: 1,
    weightThreshold: 3e-3,
    scaleAt: [600, 1200, 1800, 2400],
    imageScaleAt: [900, 2400],
    shiftPerScaling: 0,
    networkRate: 1e-2,
    loss: {
      ...llffPaper.fine.loss,
      totalVariation: { density: 1.5e-5, features: 7e-6 },
      totalVariationDenseUntil: 0,
      totalVariationEvery: 4,
    },
    occupancyEvery: 500,
    decayFrom: 0.5,
    decayTo: 0.05,
    annShare: 0.4,
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
