/**
 * What the kernels work on. Every exported variable is set by name from TypeScript (kernel-pool.ts) in each thread before a kernel runs;
 * pointers are byte offsets into the one shared memory. Kernels never allocate.
 */

// The grid: size and world box.
export let nx: i32 = 0;
export let ny: i32 = 0;
export let nz: i32 = 0;
export let minX: f32 = 0;
export let minY: f32 = 0;
export let minZ: f32 = 0;
export let maxX: f32 = 0;
export let maxY: f32 = 0;
export let maxZ: f32 = 0;

// Field constants (FieldSpec).
export let densityShift: f32 = 0;
export let interval: f32 = 0;
export let stepLength: f32 = 0;
/** 1: steps are metres; 0: units of the ray's direction. */
export let metricSteps: i32 = 1;
/** N of contracted space (contraction.ts); 0: space is not contracted. */
export let innerSteps: i32 = 0;
export let near: f32 = 0;
/** Density above which alpha exceeds the alpha threshold. */
export let densityThreshold: f32 = 0;
export let weightThreshold: f32 = 0;
/** Floats of a place's features, rounded up to a multiple of 4; the three colour logits of the coarse stage have 4 (the fourth stays 0). */
export let featureStride: i32 = 0;

// The network; neuron 0: none, 1: ReLU, from 2: a spiking neuron of neurons/generated.ts.
export let neuron: i32 = 0;
/** States of a neuron, and values a row that its backward scan reads besides the potential. */
export let neuronStates: i32 = 0;
export let keptValues: i32 = 0;
/** Bytes of a row's list of active neurons: two for every spike that it can hold, eight for an output that is a number. */
export let listBytes: i32 = 0;
/** 1 if spikes have a sign or an amplitude. */
export let signedSpikes: i32 = 0;
/** 1 if spikes have several sizes and are listed as entries (sparse-rows.ts). */
export let spikeEntries: i32 = 0;
/** The parameters of the neurons behind layer 1, then behind layer 2 (neurons/scan-layout.ts), and floats of one of them. */
export let neuronValues: usize = 0;
export let neuronFloats: i32 = 0;
/** Number in SURROGATE_NAMES. */
export let surrogate: i32 = 0;
export let surrogateAlpha: f32 = 0;
/** Where the surrogate's support is bounded: share of a potential that the next time step begins with (row-changes.ts); else 0. */
export let carriedShare: f32 = 0;
/** Size of a spike of each hidden layer. */
export let amplitude1: f32 = 1;
export let amplitude2: f32 = 1;
export let width: i32 = 0;
/** Columns of w1 and w2: several for a neuron that carries as many decaying sums (parts1, parts2; 0: it carries none), laid out [parts, width]. */
export let columns1: i32 = 0;
export let columns2: i32 = 0;
export let parts1: i32 = 0;
export let parts2: i32 = 0;
export let viewFrequencies: i32 = 0;
/** Sines and cosines of each feature that the network sees besides. */
export let featureFrequencies: i32 = 0;
/** Features that the network sees; floats of a row of them, the rest zero. */
export let featureInputs: i32 = 0;
export let featureRows: i32 = 0;
/** Floats of a ray's view terms, those at the end zero. */
export let viewRows: i32 = 0;
/** Rows of w1: those of the features, then of the view terms, then zero rows up to a multiple of 4. */
export let inputRows: i32 = 0;
export let inputs: i32 = 0;
export let padGaps: i32 = 0;
export let reversed: i32 = 0;
/** Time steps of a sample that is shown on its own, or 0: the samples of a ray share its time. */
export let repeats: i32 = 0;
/** As repeats, of both hidden layers, where gradients pass through rates: a row is a sample, which carries so many rows of floats behind a layer from step to step. */
export let rateSteps1: i32 = 0;
export let rateSteps2: i32 = 0;
/** 1 if layers learn their number of steps, and the second is shown the mean of the first (src/model/learned-repeats.ts). */
export let squeezed: i32 = 0;
export let carriedRows: i32 = 0;
export let poisson: i32 = 0;
/** Largest spikes of features and view terms in front of layer 1, or 0; steps of the features. */
export let featureLevels: f32 = 0;
export let viewLevels: f32 = 0;
export let inputSteps: usize = 0;

// Grids, x fastest. Moments interleave m and v of a voxel: [m..., v...].
export let density: usize = 0;
export let densityMoments: usize = 0;
export let features: usize = 0;
export let featureMoments: usize = 0;
export let rate: usize = 0;
/** 1 if `rate` differs from 1 anywhere. */
export let hasRate: i32 = 0;
/** uint8 a voxel: Chebyshev distance to the nearest occupied grid point, 0 where occupied. */
export let leap: usize = 0;

// Bricks (bricks.ts), in which grids lie brick by brick: row of a brick's first point by the brick's place; x + 2^10 y + 2^20 z of a brick by its number;
// first brick of each layer along z, and the end. Bricks along the axes.
export let brickTable: usize = 0;
export let brickAt: usize = 0;
export let brickLayers: usize = 0;
export let bricksX: i32 = 0;
export let bricksY: i32 = 0;
export let bricksZ: i32 = 0;

// Vector-matrix factors (factors.ts): planes and lines of the density, then of the appearance, in one region; gradients and moments are laid out alike.
export let factors: usize = 0;
export let factorGradients: usize = 0;
export let factorMomentsM: usize = 0;
export let factorMomentsV: usize = 0;
/** Floats of all of them on the present grid, and of those of the density. */
export let factorFloats: i32 = 0;
export let densityFloats: i32 = 0;
export let densityPlaneXY: usize = 0;
export let densityPlaneXZ: usize = 0;
export let densityPlaneYZ: usize = 0;
export let densityLineX: usize = 0;
export let densityLineY: usize = 0;
export let densityLineZ: usize = 0;
export let featurePlaneXY: usize = 0;
export let featurePlaneXZ: usize = 0;
export let featurePlaneYZ: usize = 0;
export let featureLineX: usize = 0;
export let featureLineY: usize = 0;
export let featureLineZ: usize = 0;
/** Components of a plane and its line, multiples of 4. */
export let densityRankXY: i32 = 0;
export let densityRankXZ: i32 = 0;
export let densityRankYZ: i32 = 0;
export let featureRankXY: i32 = 0;
export let featureRankXZ: i32 = 0;
export let featureRankYZ: i32 = 0;
/** Components of the appearance in all; 0: no factors. */
export let productRows: i32 = 0;
/** [productRows, featureStride], behind w3 and trained as the weights are; its transpose; its floats, which count among networkFloats. */
export let basis: usize = 0;
export let basisT: usize = 0;
export let basisFloats: i32 = 0;

// Weights [in, out]; w3 has 4 columns, the last zero. Transposed copies for the backward pass. Moments: all m, then all v.
export let w1: usize = 0;
export let w2: usize = 0;
export let w3: usize = 0;
export let w1t: usize = 0;
export let w2t: usize = 0;
export let w3t: usize = 0;
/**
 * Where synapses have currents of their own (synapses.ts): their decays, laid out as w1 and w2 and trained with them within [0, 1], and transposed. Of
 * decaying sums (decaying-sums.ts) the decays are [parts, width].
 */
export let synapses1: i32 = 0;
export let synapses2: i32 = 0;
export let decays1: usize = 0;
export let decays2: usize = 0;
export let decays1t: usize = 0;
export let decays2t: usize = 0;
/** Floats of both, one behind the other. */
export let decayFloats: i32 = 0;
/** Groups of w2's inputs whose products are looked up (sign-groups.ts), in fours; 0: none. Their table. */
export let signGroups: i32 = 0;
export let signTable: usize = 0;
/** 1 while the table is that of w2. */
export let hasSigns: i32 = 0;
/** Of each lane [2 layers, width, 4]: how often each neuron fired; activityFloats 0: it is not counted. */
export let activitySums: usize = 0;
export let activityFloats: i32 = 0;
export let networkMoments: usize = 0;
/** For each lane a gradient buffer of w1, w2, w3 and the neurons' parameters of both layers one behind the other. */
export let networkGradients: usize = 0;
/** Floats of w1 + w2 + w3 (and the basis of factors) as stored. */
export let networkFloats: i32 = 0;
/** Floats of such a buffer. */
export let gradientFloats: i32 = 0;

// The batch.
export let rayCount: i32 = 0;
/** Index in the call of the first ray of this part of it: rendering goes in parts. */
export let firstRay: i32 = 0;
export let origins: usize = 0;
export let directions: usize = 0;
/** What the network sees of the directions: those of the world; the same place as `directions` where the field's space is the world. */
export let viewDirections: usize = 0;
export let targets: usize = 0;
export let backgrounds: usize = 0;

// Packed samples of a training batch, one region a lane: samples (packed-sample.ts), feature gradients; where each ray's samples lie.
export let packedSamples: usize = 0;
export let featureGradients: usize = 0;
export let packedRays: usize = 0;
/** Lanes that the rays of a batch are divided into (train.ts). */
export let lanes: i32 = 16;
/** Packed samples a lane has room for. */
export let laneCapacity: i32 = 0;
/** One statistics block a lane (train) or thread (render), see stats.ts. */
export let stats: usize = 0;

// Touched voxels of a step (touched.ts), and the sparse set of their gradients (grid-gradients.ts): addresses a voxel, gradients a slot.
export let touchedBits: usize = 0;
export let slotOf: usize = 0;
export let slotGradients: usize = 0;
/** Slots that one thread has room for. */
export let slotCapacity: i32 = 0;

// Work distribution.
export let thread: i32 = 0;
export let threads: i32 = 1;
/** int32: next unit of work. */
export let workCounter: usize = 0;
export let scratch: usize = 0;
export let scratchStride: usize = 0;
export let rowCapacity: i32 = 0;
/** 1 if the engine trains; one that only draws has no scratch for gradients. */
export let training: i32 = 0;
/** Packed samples of a thread when rendering. */
export let renderSamples: usize = 0;
export let renderSampleStride: usize = 0;

// Poisson encoding.
export let noiseSeed: u32 = 0;
export let inputLow: f32 = 0;
export let inputHigh: f32 = 0;

// Loss weights, already divided by what they average over.
export let photometricScale: f32 = 0;
export let perSampleScale: f32 = 0;
export let entropyScale: f32 = 0;
export let distortionScale: f32 = 0;
/** Length of a step in the distortion's ray parameter. */
export let distortionStep: f32 = 0;
export let spikeScale1: f32 = 0;
export let spikeScale2: f32 = 0;
export let teacherColourScale: f32 = 0;
export let teacherPotentialScale: f32 = 0;
export let teacherGramScale: f32 = 0;
/** 1 if the loss has a term of the mean potentials: their coefficients, of layer 1, then 2, and of each lane their sums. */
export let potentialTerms: i32 = 0;
export let potentialCoefficients: usize = 0;
export let potentialSums: usize = 0;
/** Share of the hidden neurons that moderate dropout drops. */
export let dropout: f64 = 0;

// The teacher: voxels that there is room for, its grid and weights, laid out as the student's.
export let teacherVoxels: i32 = 0;
export let teacherFeatures: usize = 0;
export let teacherW1: usize = 0;
export let teacherW2: usize = 0;
export let teacherW3: usize = 0;
/** 1 if it is a network of the student's neurons: what else such a network is made of (exchangeNetworks). */
export let teacherSpikes: i32 = 0;
export let teacherDecays1: usize = 0;
export let teacherDecays2: usize = 0;
export let teacherNeuronValues: usize = 0;
export let teacherInputSteps: usize = 0;
export let teacherSteps1: i32 = 0;
export let teacherSteps2: i32 = 0;
export let teacherAmplitude1: f32 = 1;
export let teacherAmplitude2: f32 = 1;
export let teacherNx: i32 = 0;
export let teacherNy: i32 = 0;
export let teacherNz: i32 = 0;
export let teacherMinX: f32 = 0;
export let teacherMinY: f32 = 0;
export let teacherMinZ: f32 = 0;
export let teacherMaxX: f32 = 0;
export let teacherMaxY: f32 = 0;
export let teacherMaxZ: f32 = 0;

// Total variation: factors of a clamped difference; 1 if every voxel counts as touched.
export let densityVariation: f32 = 0;
export let featureVariation: f32 = 0;
export let denseVariation: i32 = 0;
/** Weight of the mean magnitude of each of the density's factors. */
export let densityL1: f32 = 0;

// Adam.
export let beta1: f32 = 0;
export let beta2: f32 = 0;
export let epsilon: f32 = 0;
/** Learning rates times the bias correction of the step. */
export let densityRate: f32 = 0;
export let featureRate: f32 = 0;
export let networkRate: f32 = 0;

// Rendered rays.
export let outRgb: usize = 0;
export let outDepth: usize = 0;
export let outOpacity: usize = 0;
export let outSamples: usize = 0;
export let outSpikes: usize = 0;
export let renderBackgroundR: f32 = 0;
export let renderBackgroundG: f32 = 0;
export let renderBackgroundB: f32 = 0;

let teacherSigns: i32 = 0;
let teacherDropout: f64 = 0;

/** Puts the teacher's network in the place of the student's, for the forward pass; called again, puts it back. */
export function exchangeNetworks(): void {
  let at = w1;
  w1 = teacherW1;
  teacherW1 = at;
  at = w2;
  w2 = teacherW2;
  teacherW2 = at;
  at = w3;
  w3 = teacherW3;
  teacherW3 = at;
  at = decays1;
  decays1 = teacherDecays1;
  teacherDecays1 = at;
  at = decays2;
  decays2 = teacherDecays2;
  teacherDecays2 = at;
  at = neuronValues;
  neuronValues = teacherNeuronValues;
  teacherNeuronValues = at;
  at = inputSteps;
  inputSteps = teacherInputSteps;
  teacherInputSteps = at;
  let steps = rateSteps1;
  rateSteps1 = teacherSteps1;
  teacherSteps1 = steps;
  steps = rateSteps2;
  rateSteps2 = teacherSteps2;
  teacherSteps2 = steps;
  let amplitude = amplitude1;
  amplitude1 = teacherAmplitude1;
  teacherAmplitude1 = amplitude;
  amplitude = amplitude2;
  amplitude2 = teacherAmplitude2;
  teacherAmplitude2 = amplitude;
  // Its signs have no table, and nothing of it is dropped.
  const signs = hasSigns;
  hasSigns = teacherSigns;
  teacherSigns = signs;
  const share = dropout;
  dropout = teacherDropout;
  teacherDropout = share;
}
