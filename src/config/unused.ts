/** What runs did from before these settings were there: nothing of it. */
export const unused = {
  field: { kind: 'dense', features: null, share: 0.5, densityRanks: [16, 16, 16], featureRanks: [48, 48, 48] },
  densityL1: { weight: 0, rest: 0 },
  growth: { firstVoxels: null, shrinkAt: [] as number[], ratesRestart: false, distanceScale: null, occupancyAlpha: null },

  geometryLoss: {
    distortion: 0,
    totalVariation: { density: 0, features: 0 },
    totalVariationEvery: 1,
    totalVariationUntil: null,
    totalVariationDenseUntil: 0,
  },
  planes: 128,
  detail: { planeParallax: null, pointSpacing: null, planesFollowImages: false },
  occupancyWait: 0,
  annShare: 0,
  handoverScale: null,
  imageScaleAt: [] as number[],
  flatPixels: 1,
  imLoss: { weight: 0, target: 1, perNeuron: false },
  bitBudget: { weights: null, spikes: null, repeats: null, penalty: 0.04, renew: 'spikes', settleAt: 1 },
  regulation: { rate: 0.01, interval: 500, anneal: 0.7 },
  distillation: { teacher: null, colour: 0.5, potential: 0, gram: 0, start: 'teacher', freezeGrids: false },
} as const;
