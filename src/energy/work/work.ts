/**
 * Work: elementary operations and bytes, as exact counts. Everything a report says is a sum of these; energy comes later, from a hardware
 * model. All are linear in the kernels' counts, so that sums of views, of stages and of layers agree to the last unit.
 */

export interface Work {
  /** Multiply-accumulates if every operand, zero or not, is multiplied in every time step. */
  readonly dense: number;
  /** Multiply-accumulates with a real-valued operand. */
  readonly macs: number;
  /** Those of `macs` whose input is not zero, as far as that was counted (hidden layers). */
  readonly effectiveMacs: number;
  /** Accumulates: additions of a weight for a spike. */
  readonly acs: number;
  /** Multiplications, additions (and subtractions) and comparisons that are no part of the above. */
  readonly multiplications: number;
  readonly additions: number;
  readonly comparisons: number;
  /** exp, log, sine, cosine, reciprocal, square root. */
  readonly specialFunctions: number;
  /** A membrane potential brought to the next time step. */
  readonly membraneUpdates: number;
  /** Neurons evaluated, spiking or ReLU. */
  readonly neuronOperations: number;
  /** Bytes of 32-bit values read logically, without any reuse between samples: weights; voxels of the grids. */
  readonly weightBytes: number;
  readonly gridBytes: number;
  /** Bytes of 32-bit inputs, partial sums and membrane potentials read and written logically. */
  readonly stateReadBytes: number;
  readonly stateWriteBytes: number;
}

export type WorkKey = keyof Work;

const NO_WORK: Work = {
  dense: 0,
  macs: 0,
  effectiveMacs: 0,
  acs: 0,
  multiplications: 0,
  additions: 0,
  comparisons: 0,
  specialFunctions: 0,
  membraneUpdates: 0,
  neuronOperations: 0,
  weightBytes: 0,
  gridBytes: 0,
  stateReadBytes: 0,
  stateWriteBytes: 0,
};

export const WORK_KEYS = Object.keys(NO_WORK) as readonly WorkKey[];

/** What each kind is called in tables. */
export const WORK_TITLES: Readonly<Record<WorkKey, string>> = {
  dense: 'dense MAC',
  macs: 'MAC',
  effectiveMacs: 'effective MAC',
  acs: 'AC',
  multiplications: 'multiplications',
  additions: 'additions',
  comparisons: 'comparisons',
  specialFunctions: 'special functions',
  membraneUpdates: 'membrane updates',
  neuronOperations: 'neuron operations',
  weightBytes: 'weight bytes read',
  gridBytes: 'grid bytes read',
  stateReadBytes: 'state bytes read',
  stateWriteBytes: 'state bytes written',
};

/** The kinds not named are 0. */
export function work(parts: Partial<Work>): Work {
  return { ...NO_WORK, ...parts };
}

/** Sums kind by kind. */
export function sumWork(parts: readonly Work[]): Work {
  return mapWork((key) => parts.reduce((sum, part) => sum + part[key], 0));
}

export function divideWork(total: Work, by: number): Work {
  return mapWork((key) => total[key] / by);
}

function mapWork(value: (key: WorkKey) => number): Work {
  return Object.fromEntries(WORK_KEYS.map((key) => [key, value(key)])) as unknown as Work;
}
