/**
 * The interface between the training loop and the machine: one step, one batch of rays, tensors in and out. The loop, schedules, checkpoints
 * and evaluation are written once above it; what happens inside a step belongs to the backend, which may fuse as it likes.
 */
import type { GridSpec } from '../geometry/grid.ts';
import type { BitBudget } from '../model/bit-budget.ts';
import type { TotalVariation, VariationReach } from '../model/total-variation.ts';
import type { ParameterName, TensorName } from '../model/tensor-names.ts';
import type { Counts } from './counts.ts';
import type { ProbedRay } from './probe.ts';
import type { Rays } from '../geometry/rays.ts';
import type { Camera } from '../geometry/camera.ts';
import type { FieldSpec } from '../model/field-spec.ts';

export type BackendName = 'tfjs' | 'wasm' | 'webgpu';

/** Rays with the colour they should have. */
export interface TrainBatch extends Rays {
  /** [N,3] in [0,1], composited over `background`. */
  readonly target: Float32Array;
  /** [N,3] */
  readonly background: Float32Array;
}

export interface StepSettings {
  /** 1, 2, ...: the t of Adam's bias correction. */
  readonly adamStep: number;
  readonly adam: { readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  readonly learningRates: { readonly density: number; readonly features: number; readonly network: number };
  readonly loss: LossWeights;
  /** Seeds the Poisson encoding and the dropout of this step; any uint32. */
  readonly noiseSeed: number;
  /** Replaces the steepness of the surrogate in this step (evolutionary surrogate); null: the network's own. */
  readonly surrogateAlpha: number | null;
  /** Moderate dropout (LTMD): mean share of the hidden neurons that are dropped on every ray, in [0, 1); 0: none. */
  readonly dropout: number;
  /** [W] of each hidden layer: how far the thresholds of neurons that have it (neurons/regulated-lif.ts) are raised in this step; missing: not at all. */
  readonly thresholdRises?: readonly Float32Array[];
}

/**
 * loss = mean_{ray,channel} (C - target)^2
 *      + perSample * sum_i sg(w_i) |rgb_i - target|^2 / N          (sum over channels, N rays)
 *      + entropy * mean_ray H(clamp(T_last, 1e-6, 1-1e-6))          (H: binary entropy, nats)
 *      + distortion * mean_ray [sum_ij w_i w_j |s_i - s_j| + 1/3 sum_i w_i^2 / S]     (s_i: rayPosition of spaces/space.ts, S: maxStepsPerRay)
 *      + sum_l spikes[l] * mean spike of layer l                    (over real samples and neurons, through the surrogate)
 *      + sum_l sum_c potentials[l][c] * mean_i H_l[i,c]             (H: before reset; over real samples i)
 *      + teacherColour * sum_i sg(w_i) |rgb_i - rgbT_i|^2 / N       (rgbT: the teacher's colour of the sample)
 *      + what the bit budget says of learned bits                   (model/bit-budget.ts)
 *      + teacherPotential * sum_l sum_i sg(w_i) mean_c (H_l[i,c] - Z_l[i,c])^2 / N       (Z: inputs of the teacher's ReLUs, or its H)
 *      + teacherGram * sum_l sum_{i,k} sg(w_i w_k) (cos(H_l[i], H_l[k]) - cos(Z_l[i], Z_l[k]))^2 / N       (samples i, k of one ray; cos: of vectors [W])
 *
 * A sample that is shown repeatedly counts with the mean over its time steps. Spikes and potentials are those of spiking neurons: their terms
 * are 0 for ReLUs.
 */
export interface LossWeights {
  readonly perSample: number;
  readonly entropy: number;
  /** Draws the network samples of a ray together (mip-NeRF 360, eq. 15). */
  readonly distortion: number;
  readonly totalVariation: TotalVariation;
  /**
   * Draws the density's factors to 0: the weight of sum_t mean |t| over its tensors t. Like total variation it is no part of the loss's value.
   * RangeError unless 0 where a field has no such tensors (BoundRepresentation.sparse).
   */
  readonly densityL1: number;
  /** Weight of each hidden layer's mean spike. */
  readonly spikes: readonly number[];
  /** [W] of each hidden layer; null: none. A function of the means has to be linearised by the caller (IM-Loss: at those of the step before). */
  readonly potentials: readonly Float32Array[] | null;
  /** Distillation; RangeError without a teacher unless all are 0. */
  readonly teacherColour: number;
  readonly teacherPotential: number;
  /** RangeError unless 0 where the engine was made without `Capacity.teacherGrams`. */
  readonly teacherGram: number;
  /** Mean bits to aim at, where weights or spikes learn theirs; null: bits cost nothing. */
  readonly bits: BitBudget | null;
}

/** Nothing but the photometric error. */
export const NO_LOSS_TERMS: LossWeights = {
  perSample: 0,
  entropy: 0,
  distortion: 0,
  totalVariation: { density: 0, features: 0, dense: false },
  densityL1: 0,
  spikes: [0, 0],
  potentials: null,
  teacherColour: 0,
  teacherPotential: 0,
  teacherGram: 0,
  bits: null,
};

/**
 * A frozen network of the same layers and view encoding on a feature grid of its own: an ANN (ReLU), or spikes of the field's own neurons, time and
 * inputs. It is asked at the student's samples; positions outside its box are moved to the nearest point of it.
 */
export interface Teacher {
  readonly grid: GridSpec;
  /** [V,C] */
  readonly features: Float32Array;
  /** Tensors of the layers as kernels see them, the output layer last: of dense ones [I,W], [W,W], ..., [W,3]. */
  readonly weights: readonly Float32Array[];
  /**
   * null: ReLUs. Of spikes, by name, raw values of all that the neurons learn (`n1.tau`), and `inputSteps` where features are spikes in front of layer 1.
   * RangeError for the Poisson encoding, and where the engine was made without `Capacity.teacherSpikes`.
   */
  readonly spiking: ReadonlyMap<TensorName, Float32Array> | null;
}

export interface StepResult {
  readonly loss: number;
  /** mean_{ray,channel} (C - target)^2 */
  readonly mse: number;
  readonly counts: Counts;
  /** [W] of each hidden layer: mean_i H_l[i,c] over the real samples of this step; null where `loss.potentials` is, or nothing spikes. */
  readonly meanPotentials: readonly Float32Array[] | null;
  /** [W] of each hidden layer: the mean spike of a neuron over the real samples of this step; missing unless thresholds were raised. */
  readonly meanSpikes?: readonly Float32Array[];
}

export interface RenderedRays {
  /** [N,3], not clamped; composited over the background. */
  readonly rgb: Float32Array;
  /** [N] sum_i w_i * distance_i + T_last * distance at the far end of the box, along the ray: metres, or units of its direction. */
  readonly depth: Float32Array;
  /** [N] 1 - T_last */
  readonly opacity: Float32Array;
  /** [N] network samples of each ray */
  readonly samples: Uint32Array;
  /** [N] spikes of all hidden layers of each ray */
  readonly spikes: Uint32Array;
  readonly counts: Counts;
}

/** A picture on the GPU that draws and shows it: textures of its width and height, with the usage `STORAGE_BINDING`. */
export interface PictureTextures {
  /** rgba8unorm */
  readonly colours: GPUTexture;
  /** r32float: metres along the ray; 0: an opacity of at most one half. */
  readonly depths: GPUTexture;
}

export interface PaintRequest {
  /** Without lens distortion. */
  readonly camera: Camera;
  /** Pixels [first, first + count) in row-major order. */
  readonly first: number;
  readonly count: number;
  readonly textures: PictureTextures;
}

export interface RenderSettings {
  readonly background: readonly [number, number, number];
  /** Replaces the spec's weightThreshold. */
  readonly weightThreshold?: number;
  readonly noiseSeed?: number;
}

/** One field on one backend. Calls are sequential: the next begins after the promise of the last has settled. */
export interface FieldEngine {
  readonly spec: FieldSpec;
  /** A copy. */
  read(name: TensorName): Promise<Float32Array>;
  /** Length must fit the spec, else a RangeError. */
  write(name: TensorName, data: Float32Array): Promise<void>;
  readOccupancy(): Promise<Uint8Array>;
  writeOccupancy(occupancy: Uint8Array): Promise<void>;
  /** Keeps a point only where the largest alpha of its 3x3x3 neighbourhood exceeds the threshold (lattice/occupancy.ts). Only for engines that train. */
  refreshOccupancy(): Promise<void>;
  /**
   * Takes a new spec with the same network and channels and another grid, activation or threshold (DVGO `scale_volume_grid`): density and
   * features are resampled (lattice/resample-grid.ts), the occupancy is that of the nearest old point, refreshed while the density still has
   * its old shift; moments are 0 and the rate 1. A GPU resamples in single precision: within its rounding of the threshold a point may be kept
   * that another engine drops, or the other way round. Only for engines that train; RangeError if the spec is beyond their capacity.
   */
  scaleGrid(to: FieldSpec): Promise<void>;
  /** The teacher of the steps to come; null: none. A copy is kept; it is no part of the tensors. Throws RangeError if it does not fit. */
  setTeacher(teacher: Teacher | null): Promise<void>;
  /** Forward, backward, Adam. Throws RangeError if the batch's arrays have other lengths than its `count` says, or the step is beyond the capacity. */
  trainStep(batch: TrainBatch, settings: StepSettings): Promise<StepResult>;
  /** Forward and backward without an update: the gradient of every parameter, dense. For conformance and debugging. */
  gradients(
    batch: TrainBatch,
    settings: StepSettings,
  ): Promise<{ result: StepResult; gradients: Partial<Record<ParameterName, Float32Array>> }>;
  renderRays(rays: Rays, settings: RenderSettings): Promise<RenderedRays>;
  /**
   * What happens along some rays: samples, network inputs, potentials and spikes. A neuron whose potential is within rounding of its threshold may do
   * otherwise than in `renderRays`. Throws RangeError as that does.
   */
  probe(rays: Rays, settings: Omit<RenderSettings, 'background'>): Promise<ProbedRay[]>;
  /** Where the engine has a GPU: the colours of a camera, made and left there; not in normalised device coordinates. */
  paint?(wanted: PaintRequest, settings: RenderSettings): Promise<Counts>;
  dispose(): Promise<void>;
}

/** The largest sizes an engine will be asked for; memory is reserved and estimated from it. */
export interface Capacity {
  /** Voxels after the last scaling. */
  readonly voxels: number;
  /** Numbers of the representation's tensors after the last scaling; default: as if they grew with the voxels. */
  readonly fieldFloats?: number;
  /** Steps of the longest ray after the last scaling (maxStepsPerRay); default: that of the spec, which then never gets finer. */
  readonly steps?: number;
  /** Rays of the largest training batch; 0: only rendering (no gradients, no moments). */
  readonly trainRays: number;
  /** Voxels of the teacher's grid; default: 0, no teacher. */
  readonly teacherVoxels?: number;
  /** Whether training steps may compare Gram matrices of potentials with the teacher's. Default false. */
  readonly teacherGrams?: boolean;
  /** Whether the teacher may be a network of spikes. Default false. */
  readonly teacherSpikes?: boolean;
  /** Whether training steps may drop neurons. Default false. */
  readonly dropout?: boolean;
  /** Where training steps may ask for total variation at most. Default: nowhere. */
  readonly totalVariation?: VariationReach;
}

export interface Backend {
  readonly name: BackendName;
  /** What really computes, e.g. "wasm: 2 threads, relaxed SIMD". */
  readonly description: string;
  /** Where fields lie: in this process's memory, or in that of a GPU, whose size WebGPU does not tell. */
  readonly memory: 'process' | 'gpu';
  /** Bytes the engine will need for `spec` at `capacity`. */
  estimateBytes(spec: FieldSpec, capacity: Capacity): number;
  createField(spec: FieldSpec, capacity: Capacity): Promise<FieldEngine>;
}
