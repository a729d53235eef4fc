/**
 * The two numbers of every kernel of the webgpu backend (docs/kernels.md): operations in its source, and the bytes that it names, before any cache.
 * For a network of LIF or ReLU neurons whose rows are the samples (`condense`), as in shell-field.ts. Leaps of rays are not counted.
 */

/** What a step or a batch of rendered rays had to do, and on which grid. */
export interface Work {
  readonly voxels: number;
  /** Points that a refresh of the occupancy looks at: those that were occupied. */
  readonly occupied: number;
  readonly rays: number;
  /** Steps at which the density was interpolated. */
  readonly evaluations: number;
  readonly densitySamples: number;
  readonly samples: number;
  /** With a gradient; cells are taken to be as many. */
  readonly touchedVoxels: number;
  /** Steps that the longest ray may have. */
  readonly maxSteps: number;
  readonly width: number;
  readonly views: number;
  /** Share of layer 1's neurons that fire in a row. */
  readonly firing: number;
}

export interface Cost {
  readonly operations: number;
  readonly bytes: number;
}

const [FEATURES, PLANES] = [12, 3];
/** Operations of a LIF step, and of its adjoint. */
const [STEP, ADJOINT] = [6, 12];
/** Rows whose products skip a neuron together that is silent in all of them, where workgroups have 16 KiB. */
const SKIPPED_TOGETHER = 4;

/** By the kernels' names; of all dispatches of one step together. */
export function kernelCosts(work: Work): Record<string, Cost> {
  const {
    voxels: x,
    occupied,
    rays: n,
    evaluations: e,
    densitySamples: d,
    samples: m,
    touchedVoxels: v,
    maxSteps,
    width: w,
    views,
    firing,
  } = work;
  const weights = (FEATURES + views + w + 4) * w;
  const inCell = v > 0 ? d / v : 0;
  const active = w * (1 - (1 - firing) ** SKIPPED_TOGETHER);
  const tasks = Math.min(2048, m / 32);
  const shares = Math.min(128, m / 64);
  const slots = FEATURES + 5;
  const forward = m * 2 * w * (FEATURES + active + 3 + STEP);
  const cost = (operations: number, bytes: number): Cost => ({ operations, bytes });
  const leap = cost(2 * 60 * x, 2 * 30 * x);
  const refresh = cost(27 * occupied, 2 * x + 27 * 4 * occupied);
  const resample = (channels: number): Cost => cost((35 + 15 * channels) * x, (36 + 36 * channels) * x);
  const plane = resample(4);
  return {
    // At most. After a refresh and after scaling there is a leap map to be made.
    ...{ 'leap-x': leap, 'leap-y': leap, 'leap-z': leap, refreshOccupancy: refresh },
    scaleOccupancy: cost(refresh.operations, refresh.bytes + 36 * x),
    resample1: resample(1),
    resample4: cost(PLANES * plane.operations, PLANES * plane.bytes),
    marchCount: cost(60 * e, 40 * n + 36 * e + 8 * n * Math.ceil(maxSteps / 32)),
    planParts: cost(4 * n, 32 * n),
    beginPart: cost(0, 150),
    marchWriteTraining: cost(75 * d, 40 * n + 64 * d + 16 * m),
    marchWriteRendering: cost(75 * d, 40 * n + 32 * d + 32 * m),
    gatherFeatures: cost(PLANES * 95 * m, PLANES * 176 * m),
    compositeLoss: cost(50 * d + 46 * m, 68 * n + 44 * d + 48 * m),
    cameraRays: cost(30 * n, 24 * n),
    shadePixels: cost(5 * n, 28 * n),
    compositeRays: cost(15 * m, 48 * n + 32 * m),
    sumLosses: cost(3 * n, 16 * n),
    binSamples: cost(d, 16 * d),
    placeCells: cost(9 * v, 4 * d + 90 * v),
    fillCells: cost(2 * d, 32 * d),
    sortSamples: cost(2 * inCell * d, (60 + 4 * inCell) * d),
    planVoxels: cost(4, 16),
    'density-adam': cost(30 * v + 12 * 8 * d, 104 * v + 20 * 8 * d),
    'features-adam': cost(PLANES * (70 * v + 8 * (6 * d + 12 * m)), PLANES * (168 * v + 8 * 16 * (d + m))),
    'weights-adam': cost(12 * weights, 28 * weights),
    clearCells: cost(0, 16 * v),
    'network tables': cost(0, 8 * weights),
    'network rows': cost(20 * m, 48 * m),
    'network views': cost(2 * views * w * n, (12 + 4 * w + 4 * views) * n),
    'network forward': cost(forward, 64 * m + 4 * w * n + 8 * w * m),
    'network forward, rendering': cost(forward, 64 * m + 4 * w * n),
    'network backward, layer 2': cost(m * w * (12 + ADJOINT), 8 * w * m),
    'network gradients of S1': cost(2 * w * w * m, 8 * w * m),
    'network gradient of w2': cost(2 * w * w * m, 8 * w * m * Math.ceil(w / 64)),
    'network backward, layer 1': cost(m * w * (24 + ADJOINT), 12 * w * m + 48 * m + 4 * w * n),
    'network input gradients': cost(2 * views * w * n, 4 * views * (w + 1) * n),
    'network feature gradients': cost(24 * w * m, 4 * w * m + 48 * m),
    'network sums': cost(slots * w * tasks, 4 * slots * w * tasks),
    'network gradients': cost(w * (16 * slots + w * shares + 32 * views), 4 * w * (16 * slots + w * shares + 32 * views)),
  };
}
