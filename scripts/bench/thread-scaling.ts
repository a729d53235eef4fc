/**
 * How far a training step divides among threads, by counting: what each has to do if a density evaluation (marching), a network sample (the network and
 * all gradients) and a touched voxel (scatter and Adam) cost everywhere the same. Between the kernels all wait for the last; what a thread finds in the
 * caches, and that all of them read the list of samples in scatter, is not counted.
 */
import type { FieldEngine, TrainBatch } from '../../src/engine/backend.ts';
import { sliceRays } from '../../src/geometry/rays.ts';
import { firstRayOf, lanesOf } from '../../src/backends/wasm/lanes.ts';
import { shellSettings } from './shell-field.ts';

/** What a step has to do: in each lane, in each plane of the grid. */
export interface StepWork {
  readonly lanes: number;
  /** Density evaluations and network samples of each lane. */
  readonly evaluations: readonly number[];
  readonly samples: readonly number[];
  /** Touched voxels of each plane z. */
  readonly voxels: readonly number[];
}

/** Shares of a step with one thread. */
export interface StepShares {
  readonly marching: number;
  readonly network: number;
  readonly update: number;
  /** One thread alone, however many there are. */
  readonly serial: number;
}

export interface Scaling {
  readonly threads: number;
  /** Work of the thread that has most, as a multiple of an even share. */
  readonly marching: number;
  readonly network: number;
  readonly update: number;
  /** Share of the threads' time in which they wait, for each other and for what one does alone. */
  readonly waiting: number;
  readonly speedUp: number;
}

export async function countWork(engine: FieldEngine, batch: TrainBatch): Promise<StepWork> {
  const lanes = lanesOf(batch.count);
  const evaluations: number[] = [],
    samples: number[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    const rays = sliceRays(batch, firstRayOf(lane, lanes, batch.count), firstRayOf(lane + 1, lanes, batch.count));
    const { counts } = await engine.renderRays(rays, { background: [1, 1, 1] });
    evaluations.push(counts.densityEvaluations);
    samples.push(counts.samples);
  }
  const { gradients } = await engine.gradients(batch, shellSettings);
  const [nx, ny, nz] = engine.spec.grid.size;
  const voxels = new Array<number>(nz).fill(0);
  gradients.density!.forEach((gradient, voxel) => {
    if (gradient !== 0) voxels[Math.floor(voxel / (nx * ny))]++;
  });
  return { lanes, evaluations, samples, voxels };
}

export function scaling(work: StepWork, shares: StepShares, threads: number): Scaling {
  const uneven = {
    marching: busiest(work.evaluations, threads),
    network: busiest(work.samples, threads),
    update: busiestOwner(work.voxels, threads),
  };
  const parallel = (['marching', 'network', 'update'] as const).reduce((sum, phase) => sum + (shares[phase] * uneven[phase]) / threads, 0);
  const time = parallel + shares.serial;
  return { threads, ...uneven, waiting: 1 - 1 / (threads * time), speedUp: 1 / time };
}

/** Each piece of work in turn goes to the thread that is free first. */
function busiest(pieces: readonly number[], threads: number): number {
  const busy = new Array<number>(threads).fill(0);
  for (const piece of pieces) busy[busy.indexOf(Math.min(...busy))] += piece;
  return (Math.max(...busy) * threads) / sumOf(pieces);
}

/** Thread t owns the planes z with z mod threads = t. */
function busiestOwner(planes: readonly number[], threads: number): number {
  const busy = new Array<number>(threads).fill(0);
  planes.forEach((piece, z) => (busy[z % threads] += piece));
  return (Math.max(...busy) * threads) / sumOf(planes);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
