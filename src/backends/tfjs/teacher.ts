/**
 * The teacher of a distillation (`Teacher` of backend.ts): a network on its own feature grid, at the student's samples. Constant. One of spikes runs as
 * the student does (forward.ts); one of ReLUs is
 *
 *     Z_1 = layer_1([features, view])      Z_l = layer_l(relu(Z_{l-1}))      colour = sigmoid(layer_L(relu(Z_{L-1})))
 */
import { voxelCount, type GridSpec } from '../../geometry/grid.ts';
import type { Rays } from '../../geometry/rays.ts';
import { placeOfSample, type PackedSamples } from '../../../renderer/march.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { featureFrequencies } from '../../model/feature-encoding.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { representationOf } from '../../model/representations/index.ts';
import { learnsRepeats } from '../../config/backward.ts';
import { repeatsTensors } from '../../model/learned-repeats.ts';
import { layersOf, weightTensors } from '../../model/network-layers.ts';
import { hiddenWidths, neuronTensors } from '../../neurons/settings.ts';
import type { Teacher } from '../../engine/backend.ts';
import { encodedFeatures } from './encoded-features.ts';
import { bindLayers, currents, type BoundLayers } from './colour-network.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { interpolate } from './representations/dense.ts';
import type { RawParameters } from './tfjs-neuron.ts';

export interface TeacherTensors {
  readonly grid: GridSpec;
  /** [V,C] */
  readonly features: Tensor;
  readonly layers: BoundLayers;
  /** null: ReLUs */
  readonly spiking: SpikingTeacher | null;
}

/** What its neurons learned, of each hidden layer, and its steps of the features' spikes, as `Parameters` has them. */
export interface SpikingTeacher {
  readonly neurons: readonly RawParameters[];
  readonly inputSteps?: Tensor;
  readonly repeats?: readonly Tensor[];
}

export interface TeacherAnswer {
  /** [M,3] */
  readonly colours: Tensor;
  /** Z of each hidden layer, [1,M,W], or potentials of spikes, [repeats,M,W]; null where no time step is kept */
  readonly potentials: readonly Tensor[] | null;
}

/** The caller disposes of them (`disposeTeacher`). */
export function createTeacher(tf: TensorFlow, { grid, features, weights, spiking }: Teacher, spec: FieldSpec): TeacherTensors {
  const tensors = weightTensors(spec).map(({ shape }, i) => tf.tensor(weights[i].slice(), [...shape]));
  return {
    grid,
    features: tf.tensor2d(features.slice(), [voxelCount(grid), representationOf(spec).features]),
    layers: bindLayers(layersOf(spec), tensors),
    spiking: spiking && spikingTeacher(tf, spiking, spec),
  };
}

function spikingTeacher(tf: TensorFlow, given: NonNullable<Teacher['spiking']>, { network }: FieldSpec): SpikingTeacher {
  const tensorOf = (name: string): Tensor => tf.tensor1d(given.get(name)!.slice());
  const neurons = hiddenWidths(network!).map((_, layer): RawParameters => {
    const own = neuronTensors(network).filter((tensor) => tensor.layer === layer);
    return Object.fromEntries(own.map(({ name, parameter }) => [parameter, tensorOf(name)]));
  });
  return {
    neurons,
    ...(inputLevels(network).features > 0 ? { inputSteps: tensorOf('inputSteps') } : {}),
    ...(learnsRepeats(network!) ? { repeats: repeatsTensors(network).map(({ name }) => tensorOf(name)) } : {}),
  };
}

export function disposeTeacher(teacher: TeacherTensors | null): void {
  teacher?.features.dispose();
  for (const { tensors } of teacher?.layers ?? []) for (const tensor of tensors) tensor.dispose();
  for (const raw of teacher?.spiking?.neurons ?? []) for (const tensor of Object.values(raw)) tensor.dispose();
  teacher?.spiking?.inputSteps?.dispose();
  for (const raw of teacher?.spiking?.repeats ?? []) raw.dispose();
}

/**
 * [M,C] of its own grid.
 *
 * @param spec of the student
 * @param samples with M > 0
 * @param rayOfSample [M]
 */
export function teacherFeatures(
  tf: TensorFlow,
  { grid, features }: TeacherTensors,
  spec: FieldSpec,
  rays: Rays,
  samples: PackedSamples,
  rayOfSample: Int32Array,
): Tensor {
  const corners = new Int32Array(rayOfSample.length * 8);
  const weights = new Float32Array(rayOfSample.length * 8);
  samples.networkRows.forEach((row, i) => {
    const vector = (data: Float32Array): Float32Array => data.subarray(rayOfSample[i] * 3, rayOfSample[i] * 3 + 3);
    const [origin, direction] = [vector(rays.origins), vector(rays.directions)];
    const place = placeOfSample(spec, grid, origin, direction, samples.distance[row]);
    corners.set(place.corners, i * 8);
    weights.set(place.weights, i * 8);
  });
  return interpolate(tf, features, corners, weights);
}

/**
 * One of ReLUs.
 *
 * @param features [M,C]
 * @param views view terms of the samples, [M,I-C]
 */
export function askRelus(
  tf: TensorFlow,
  { layers }: TeacherTensors,
  { network }: FieldSpec,
  features: Tensor,
  views: Tensor,
): TeacherAnswer {
  const x = tf.concat([encodedFeatures(tf, features, featureFrequencies(network)), views], 1);
  const potentials: Tensor[] = [];
  let values: Tensor = x;
  for (const layer of layers.slice(0, -1)) {
    const z = currents(tf, values, layer);
    potentials.push(tf.expandDims(z, 0));
    values = tf.relu(z);
  }
  return { colours: tf.sigmoid(currents(tf, values, layers[layers.length - 1])), potentials };
}
