/** Named starting points of a config. `paper` follows SpikingNeRF's configs (papers' section "Hyper-parameters"); `blender` is the default. */
import type { Config } from './schema.ts';

const network: Config['network'] = {
  neuron: 'lif',
  width: 128,
  viewFrequencies: 4,
  temporal: 'condense',
  order: 'near-to-far',
  repeats: 4,
  encoding: 'direct',
  lif: { tau: 2, threshold: 1, surrogateAlpha: 4 },
};

/** SpikingNeRF-D on Synthetic-NeRF, constant for constant (DVGO's code where the paper's repository leaves a default). */
const paper: Config = {
  preset: 'paper',
  seed: 777,
  scene: { downscale: 1, background: 'white', near: 2, far: 6 },
  network,
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
    loss: { perSample: 0.01, entropy: 0.001 },
    occupancyEvery: 1000,
    occupancyFrom: 500,
    decayFrom: 0,
    decayTo: 0.01,
    boundScale: 1.05,
    boundAlpha: 1e-3,
    scaleAt: [1000, 2000, 3000, 4000],
    shiftPerScaling: -1,
    warmStart: false,
    networkRate: 1e-3,
    spikePenalty: 0,
    raysFrom: 'occupied',
  },
  adam: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
  budget: { maxMinutes: null, maxSteps: null },
  checkpoint: { everyMinutes: 5 },
};

/** The best PSNR for the time on a few CPU cores; docs/benchmarks.md has the measurements behind it. */
const blender: Config = {
  ...paper,
  preset: 'blender',
  scene: { downscale: 1, background: 'white', near: 'auto', far: 'auto' },
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
    spikePenalty: 3e-3,
    occupancyEvery: 500,
    decayFrom: 0.4,
    decayTo: 0.05,
  },
};

export const presets = { blender, paper } as const satisfies Record<string, Config>;
export type PresetName = keyof typeof presets;
