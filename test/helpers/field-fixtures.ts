/**
 * Small random fields with rays and settings, as plain data and the same for a given seed: what closed forms do not cover is compared on
 * these, backend against backend.
 */
import type { LearningRateGroup, RepresentationSpec } from '../../src/model/representations/representation.ts';
import { rankSum } from '../../src/model/representations/factors.ts';
import type { VmSpec } from '../../src/model/representations/vm.ts';
import { fitted, representationNamed, representationOf } from '../../src/model/representations/index.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import type { Vec3 } from '../../src/geometry/vector.ts';
import { spikingTensors, type TensorName } from '../../src/model/tensor-names.ts';
import {
  NO_LOSS_TERMS,
  type Capacity,
  type FieldEngine,
  type LossWeights,
  type StepSettings,
  type Teacher,
  type TrainBatch,
} from '../../src/engine/backend.ts';
import { Random } from '../../src/math/random.ts';
import { variationReach } from '../../src/model/total-variation.ts';
import { neuronTensors } from '../../src/neurons/settings.ts';
import { repeatsTensors } from '../../src/model/learned-repeats.ts';
import { hiddenLayers } from '../../src/model/network-facts.ts';
import { layersOf } from '../../src/model/network-layers.ts';
import { tensorShape } from '../../src/model/tensor-shape.ts';
import { inputLevels } from '../../src/model/input-spikes.ts';
import { quantisedLayers } from '../../src/model/quantised-layers.ts';
import type { FieldSpec, NetworkSpec } from '../../src/model/field-spec.ts';

export interface FieldFixture {
  readonly spec: FieldSpec;
  readonly tensors: Partial<Record<TensorName, Float32Array>>;
  readonly occupancy: Uint8Array;
  readonly batch: TrainBatch;
  readonly settings: StepSettings;
  readonly teacher: Teacher | null;
}

export interface FixtureOptions {
  readonly seed?: number;
  readonly rays?: number;
  readonly size?: Vec3;
  /** null: the coarse stage, three feature channels that are colour logits. */
  readonly network?: Partial<NetworkSpec> | null;
  readonly loss?: Partial<LossWeights>;
  readonly spec?: Partial<Omit<FieldSpec, 'network' | 'representation'>>;
  /** Kind, or all of it; default: dense grids. */
  readonly representation?: string | RepresentationSpec;
  readonly settings?: Partial<Omit<StepSettings, 'loss'>>;
  /** A random teacher whose box and grid are not the student's: an ANN, or spikes of the student's neurons. */
  readonly teacher?: boolean | 'spiking';
  /**
   * No samples nearest to the faces of the box. A ray enters the box on a face, where interpolation weights are 0 up to rounding, and Adam
   * tells gradients that are exactly 0 from those that are not.
   */
  readonly emptyFaces?: boolean;
  /** Along z all rays go from the near to the far side of the box, as in normalised device coordinates. */
  readonly throughPlanes?: boolean;
}

const NETWORK: NetworkSpec = {
  neuron: 'lif',
  neuronParameters: {},
  neuronRate: 0.1,
  surrogate: 'own',
  surrogateAlpha: null,
  width: 16,
  viewFrequencies: 4,
  temporal: 'condense',
  order: 'near-to-far',
  repeats: 3,
  encoding: 'direct',
};

/** The plain losses on; give 0 to switch one off. */
const LOSS: LossWeights = { ...NO_LOSS_TERMS, perSample: 0.1, entropy: 0.02 };

/**
 * A field of 9 x 8 x 7 points with random density, features, weights and holes in its occupancy, and rays from all sides: most hit the box,
 * some miss it, some start inside, some run along an axis. Alphas reach from below the threshold to nearly 1, so that rays have gaps and
 * some end early; 10 to 40 % of the spiking neurons fire.
 */
export function fieldFixture(options: FixtureOptions = {}): FieldFixture {
  const random = new Random(options.seed ?? 1);
  const spec = fixtureSpec(options);
  const voxels = voxelCount(spec.grid);
  const tensors: FieldFixture['tensors'] = {
    ...Object.fromEntries(
      representationOf(spec)
        .tensors(spec)
        .map(({ name, shape, group }) => [
          name,
          normals(
            random,
            shape.reduce((a, b) => a * b, 1),
            deviation(spec.representation, group),
          ),
        ]),
    ),
    rate: Float32Array.from({ length: voxels }, () => 0.5 + random.float()),
  };
  if (spec.network !== null) {
    const last = layersOf(spec).length;
    for (const { number, inputs, tensors: own } of layersOf(spec)) {
      const sd = number === 1 ? 0.6 : Math.sqrt((number === last ? 8 : 20) / inputs);
      for (const { name, shape, drawn } of own)
        tensors[name] = drawn
          ? Float32Array.from({ length: elementCount(shape) }, () => drawn(random.float()))
          : normals(random, elementCount(shape), sd);
    }
    const learned = [...quantisedLayers(spec).flatMap(({ parameters }) => parameters), ...neuronTensors(spec.network)];
    for (const { name, length, initial } of learned) tensors[name] = normals(random, length, 0.1).map((r) => r + initial);
    // The second layer has a step less than the first.
    for (const { name, layer, initial } of repeatsTensors(spec.network)) tensors[name] = Float32Array.of(initial + 1.2 - layer);
    tensors.inputRange = Float32Array.of(-4, 4);
    if (inputLevels(spec.network).features > 0)
      tensors.inputSteps = Float32Array.from({ length: elementCount(tensorShape('inputSteps', spec)) }, () => 0.3 + 0.5 * random.float());
  }
  return {
    spec,
    tensors,
    occupancy: randomOccupancy(random, spec, options.emptyFaces ?? false),
    batch: throughPlanes(options, spec, randomBatch(random, spec, options.rays ?? 36)),
    settings: {
      adamStep: 1,
      adam: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
      learningRates: { density: 0.1, features: 0.1, network: 1e-2 },
      noiseSeed: random.uint32(),
      surrogateAlpha: null,
      dropout: 0,
      ...options.settings,
      loss: { ...LOSS, spikes: new Array<number>(hiddenLayers(spec)).fill(0.05), ...options.loss },
    },
    teacher: options.teacher && spec.network !== null ? randomTeacher(spec, options.teacher === 'spiking') : null,
  };
}

/** Sums of products of factors are as wide as what dense grids hold. */
function deviation(representation: RepresentationSpec, group: LearningRateGroup): number {
  if (representation.kind === 'vm') {
    const { densityRanks, featureRanks } = representation as VmSpec;
    const [products, inputs] = [3 / Math.sqrt(rankSum(densityRanks)), rankSum(featureRanks)];
    return { density: Math.sqrt(1.5 * products), features: 0.8, network: 2.5 / Math.sqrt(inputs) }[group];
  }
  return group === 'density' ? 3 : 1.5;
}

/** Exactly what the fixture's steps ask for. */
export function capacityOf({ spec, batch, settings, teacher }: FieldFixture): Required<Omit<Capacity, 'steps' | 'fieldFloats'>> {
  return {
    voxels: voxelCount(spec.grid),
    trainRays: batch.count,
    teacherVoxels: teacher ? voxelCount(teacher.grid) : 0,
    teacherGrams: settings.loss.teacherGram > 0,
    teacherSpikes: teacher !== null && teacher.spiking !== null,
    dropout: settings.dropout > 0,
    totalVariation: variationReach(settings.loss.totalVariation),
  };
}

/** A batch of the first rays of another. */
export function firstRays({ origins, directions, target, background, viewDirections }: TrainBatch, count: number): TrainBatch {
  const part = (data: Float32Array): Float32Array => data.slice(0, 3 * count);
  const batch = { count, origins: part(origins), directions: part(directions), target: part(target), background: part(background) };
  return viewDirections ? { ...batch, viewDirections: part(viewDirections) } : batch;
}

/** Writes the tensors, the occupancy and the teacher of a fixture into an engine of its spec. */
export async function loadFixture(engine: FieldEngine, { tensors, occupancy, teacher }: FieldFixture): Promise<void> {
  for (const [name, data] of Object.entries(tensors) as [TensorName, Float32Array][]) await engine.write(name, data);
  await engine.writeOccupancy(occupancy);
  await engine.setTeacher(teacher);
}

/** For an engine that only draws, which has no factors on learning rates. */
export function drawnFixture(fixture: FieldFixture): FieldFixture {
  const tensors = Object.fromEntries(Object.entries(fixture.tensors).filter(([name]) => name !== 'rate'));
  return { ...fixture, tensors };
}

/** Some of the student's samples are outside its box. */
function randomTeacher(spec: FieldSpec, spikes: boolean): Teacher {
  const network = spec.network!;
  const { features } = representationOf(spec);
  const random = new Random(17);
  const grid = { size: [6, 7, 5] as const, min: [-0.7, -1, -0.6] as const, max: [1.2, 0.6, 0.9] as const };
  const { width } = network;
  return {
    grid,
    features: normals(random, voxelCount(grid) * features, 1.5),
    weights: layersOf(spec).flatMap(({ number, tensors }) =>
      tensors.map(({ shape, drawn }) => {
        const length = elementCount(shape);
        const strength = spikes && number > 1 ? 8 : 2;
        return drawn ? new Float32Array(length).fill(0.5) : normals(random, length, number === 1 ? 0.3 : Math.sqrt(strength / width));
      }),
    ),
    spiking: spikes ? new Map(spikingTensors(spec).map((name) => [name, spikingTensor(random, name, spec)])) : null,
  };
}

function spikingTensor(random: Random, name: TensorName, spec: FieldSpec): Float32Array {
  const repeats = repeatsTensors(spec.network).find((tensor) => tensor.name === name);
  if (repeats !== undefined) return Float32Array.of(repeats.initial - 1.1 + (repeats.layer - 1));
  if (name === 'inputSteps') return Float32Array.from({ length: elementCount(tensorShape(name, spec)) }, () => 0.3 + 0.5 * random.float());
  const { length, initial } = neuronTensors(spec.network).find((tensor) => tensor.name === name)!;
  return normals(random, length, 0.1).map((raw) => raw + initial);
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b);
}

/** N(0, sd^2) */
export function normals(random: Random, count: number, sd: number): Float32Array {
  return Float32Array.from({ length: count }, () => sd * random.normal());
}

function fixtureSpec({ network, spec, size, representation = 'dense' }: FixtureOptions): FieldSpec {
  const field: FieldSpec = {
    space: BOUNDED,
    grid: { size: size ?? [9, 8, 7], min: [-1.1, -0.9, -0.8], max: [1, 0.95, 0.75] },
    representation:
      typeof representation === 'string' ? representationNamed(representation).standard(network === null ? 3 : 12) : representation,
    network: network === null ? null : { ...NETWORK, ...network },
    densityShift: -1,
    interval: 0.5,
    stepLength: 0.13,
    near: 0.2,
    alphaThreshold: 0.03,
    weightThreshold: 0.02,
    ...spec,
  };
  return fitted(field, new Uint8Array(voxelCount(field.grid)).fill(1));
}

function randomOccupancy(random: Random, { grid }: FieldSpec, emptyFaces: boolean): Uint8Array {
  const [nx, ny, nz] = grid.size;
  return Uint8Array.from({ length: nx * ny * nz }, (_, i) => {
    const point = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const onFace = point.some((p, axis) => p === 0 || p === grid.size[axis] - 1);
    return random.float() < 0.15 || (emptyFaces && onFace) ? 0 : 1;
  });
}

function throughPlanes(options: FixtureOptions, { grid }: FieldSpec, batch: TrainBatch): TrainBatch {
  if (options.throughPlanes !== true) return batch;
  for (let z = 2; z < batch.count * 3; z += 3) {
    batch.origins[z] = grid.min[2];
    batch.directions[z] = grid.max[2] - grid.min[2];
  }
  return batch;
}

function randomBatch(random: Random, { space, grid }: FieldSpec, count: number): TrainBatch {
  const origins = new Float32Array(count * 3);
  const directions = new Float32Array(count * 3);
  for (let ray = 0; ray < count; ray++) {
    const inside = grid.min.map((min, axis) => min + (grid.max[axis] - min) * (0.1 + 0.8 * random.float()));
    const away = normals(random, 3, 1);
    const distance = (ray % 6 === 1 ? 0.1 : 2.5) / Math.hypot(...away);
    const speed = 0.7 + 0.7 * random.float();
    for (let axis = 0; axis < 3; axis++) {
      origins[ray * 3 + axis] = inside[axis] + away[axis] * distance;
      directions[ray * 3 + axis] = -away[axis] * distance * speed;
    }
    if (ray % 9 === 2) for (let axis = 0; axis < 3; axis++) directions[ray * 3 + axis] *= -1;
    if (ray % 9 === 5) {
      origins.set([inside[0], inside[1], 3], ray * 3);
      directions.set([0, 0, -speed], ray * 3);
    }
  }
  const colours = (): Float32Array => Float32Array.from({ length: count * 3 }, () => random.float());
  const batch = { count, origins, directions, target: colours(), background: colours() };
  if (space.kind === 'bounded') return batch;
  if (space.kind === 'unbounded') {
    const lengths = Array.from({ length: count }, (_, ray) => Math.hypot(...directions.subarray(ray * 3, ray * 3 + 3)));
    return { ...batch, directions: directions.map((value, i) => value / lengths[Math.floor(i / 3)]) };
  }
  // Long enough to end, at t = 1, some before and some behind the box.
  return { ...batch, directions: directions.map((value) => 1.6 * value), viewDirections: normals(random, count * 3, 1) };
}
