/**
 * A field with known cost: a spherical shell of matter in an empty box at 160^3, random features, random weights that fire at a realistic
 * rate, and rays that look through the middle. Training it changes nothing that matters for speed.
 */
import { brickTable, bricksSpec, type BricksSpec } from '../../src/model/representations/bricks.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { vmSpec } from '../../src/model/representations/vm.ts';
import { fillFactors } from './shell-factors.ts';
import { fitted } from '../../src/model/representations/index.ts';
import { gridFloats } from '../../src/model/tensor-shape.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { NO_LOSS_TERMS, type Capacity, type FieldEngine, type StepSettings, type TrainBatch } from '../../src/engine/backend.ts';
import { Random } from '../../src/math/random.ts';
import type { FieldSpec, NetworkSpec } from '../../src/model/field-spec.ts';

const HALF = 1.2;
const CHANNELS = 12;

export const SHELL_KINDS = ['dense', 'bricks', 'vm'] as const;

/** What the shell is kept in: dense grids at 160^3 where nothing else is said. */
export interface ShellKind {
  readonly kind: (typeof SHELL_KINDS)[number];
  /** Points along an axis. */
  readonly side: number;
}

export const DENSE_160: ShellKind = { kind: 'dense', side: 160 };

/** The default network; the LIF network with real inputs that PyTorch has too; the ANN twin. */
export type ShellNeuron = 'three-bit' | 'lif' | 'relu';

/**
 * What makes random weights fire as trained ones do (lego at 400x400, 8 000 steps: of the default's neurons 9.0 and 5.2 %, of the twin's 16.6 and
 * 6.8 %): the range of the weights of layer 1, the current that a feature which is 1 everywhere takes from it, and the range and mean of those of
 * layer 2.
 */
const WEIGHTS: Readonly<Record<ShellNeuron, { w1: number; bias: number; w2: number; mean: number }>> = {
  'three-bit': { w1: 2, bias: 5.42, w2: 1.3, mean: -0.39 },
  lif: { w1: 0.6, bias: 0, w2: 0.3, mean: 0 },
  relu: { w1: 0.6, bias: 1.28, w2: 0.3, mean: -0.0723 },
};

/** Bricks have room for those that exist; factors have the ranks of TensoRF-VM-192. */
const REPRESENTATIONS = { dense: denseSpec(CHANNELS), bricks: bricksSpec(CHANNELS, 1), vm: vmSpec(CHANNELS) } as const;

const INPUTS: Readonly<Record<ShellNeuron, Partial<NetworkSpec>>> = { 'three-bit': { featureLevels: 7, viewLevels: 4 }, lif: {}, relu: {} };

export function shellSpec(neuron: ShellNeuron, { kind, side }: ShellKind = DENSE_160): FieldSpec {
  const field: FieldSpec = {
    space: BOUNDED,
    grid: { size: [side, side, side], min: [-HALF, -HALF, -HALF], max: [HALF, HALF, HALF] },
    representation: REPRESENTATIONS[kind],
    network: {
      neuron,
      neuronParameters: {},
      neuronRate: 0.1,
      surrogate: 'own',
      surrogateAlpha: null,
      width: 128,
      viewFrequencies: 4,
      temporal: 'condense',
      order: 'near-to-far',
      repeats: 1,
      encoding: 'direct',
      ...INPUTS[neuron],
    },
    densityShift: Math.log(1 / (1 - 1e-2) - 1),
    interval: 0.5,
    stepLength: HALF / side,
    near: 2,
    alphaThreshold: 1e-4,
    weightThreshold: 1e-3,
  };
  return fitted(field, shellOccupancy(side));
}

/** Voxels from the middle of the shell, which is as thick at any resolution. */
function offsetFromShell(side: number, x: number, y: number, z: number): number {
  const middle = (side - 1) / 2;
  const radius = Math.sqrt((x - middle) ** 2 + (y - middle) ** 2 + (z - middle) ** 2);
  return Math.abs(radius - 0.7 * middle) * (DENSE_160.side / side);
}

/** The last that was made: at 512 points a second's work. */
let made = new Uint8Array(0);

/** [side, side, side], not to be changed. */
export function shellOccupancy(side: number): Uint8Array {
  if (made.length === side ** 3) return made;
  made = new Uint8Array(side ** 3);
  for (let z = 0, i = 0; z < side; z++)
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++, i++) made[i] = offsetFromShell(side, x, y, z) < 5 ? 1 : 0;
  return made;
}

export function shellCapacity(rays: number, { side }: ShellKind = DENSE_160): Capacity {
  return { voxels: side ** 3, trainRays: rays };
}

export async function fillShell(engine: FieldEngine): Promise<void> {
  const random = new Random(7);
  const { spec } = engine;
  const [side] = spec.grid.size;
  const uniform = (count: number, scale: number): Float32Array => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = (2 * random.float() - 1) * scale;
    return values;
  };
  const { w1, bias, w2, mean } = WEIGHTS[engine.spec.network!.neuron as ShellNeuron];
  if (spec.representation.kind === 'vm') await fillFactors(engine, uniform);
  else {
    const density = new Float32Array(gridFloats(spec) / (1 + CHANNELS));
    forEachPoint(spec, (row, x, y, z) => (density[row] = offsetFromShell(side, x, y, z) < 3 ? 3 : -5));
    await engine.write('density', density);
    await engine.write(
      'features',
      uniform(density.length * CHANNELS, 1).map((value, i) => (bias > 0 && i % CHANNELS === 0 ? 1 : value)),
    );
  }
  await engine.writeOccupancy(shellOccupancy(side));
  await engine.write(
    'w1',
    uniform(39 * 128, w1).map((value, i) => (bias > 0 && i < 128 ? -bias : value)),
  );
  await engine.write(
    'w2',
    uniform(128 * 128, w2).map((value) => value + mean),
  );
  await engine.write('w3', uniform(128 * 3, 0.1));
}

/** The points that a field holds, with the rows of their numbers. */
function forEachPoint({ grid, representation }: FieldSpec, visit: (row: number, x: number, y: number, z: number) => void): void {
  if (representation.kind === 'bricks') {
    brickTable(representation as BricksSpec, grid).forEach(visit);
    return;
  }
  const [nx, ny, nz] = grid.size;
  for (let z = 0, row = 0; z < nz; z++) for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++, row++) visit(row, x, y, z);
}

/** Four batches of so many rays. */
export function shellBatches(rays: number): TrainBatch[] {
  return [1, 2, 3, 4].map((seed) => shellBatch(seed, rays));
}

/** Distance of the cameras from the middle, and half of what they see there. */
const [DISTANCE, SEEN] = [4, 0.9];

/** One of the cameras of the batches, 800x800. */
export function shellCamera(angle: number): Camera {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const focal = (400 * DISTANCE) / SEEN;
  return {
    camToWorld: [-s, 0, c, DISTANCE * c, c, 0, s, DISTANCE * s, 0, 1, 0, 0, 0, 0, 0, 1],
    intrinsics: { width: 800, height: 800, fx: focal, fy: focal, cx: 400, cy: 400 },
  };
}

/** Rays from a circle of cameras towards the shell. */
function shellBatch(seed: number, rays: number): TrainBatch {
  const random = new Random(seed);
  const floats = (): Float32Array => new Float32Array(rays * 3);
  const batch = { count: rays, origins: floats(), directions: floats(), target: floats(), background: floats().fill(1) };
  for (let ray = 0; ray < rays; ray++) {
    const angle = random.float() * 2 * Math.PI;
    batch.origins.set([DISTANCE * Math.cos(angle), DISTANCE * Math.sin(angle), 0], ray * 3);
    for (let axis = 0; axis < 3; axis++) {
      const i = ray * 3 + axis;
      batch.directions[i] = (-batch.origins[i] + (2 * random.float() - 1) * SEEN) / DISTANCE;
      batch.target[i] = random.float();
    }
  }
  return batch;
}

/** Rates so small that the field stays as it is. */
export const shellSettings: StepSettings = {
  adamStep: 1,
  adam: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
  learningRates: { density: 1e-6, features: 1e-6, network: 1e-9 },
  loss: { ...NO_LOSS_TERMS, perSample: 0.01, entropy: 0.001, spikes: [3e-3, 3e-3] },
  noiseSeed: 1,
  surrogateAlpha: null,
  dropout: 0,
};
