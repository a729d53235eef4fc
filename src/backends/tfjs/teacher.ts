/**
 * The teacher of a distillation (`Teacher` of backend.ts): a ReLU network on its own feature grid, at the student's samples. Constant.
 *
 *     Z_1 = layer_1([features, view])      Z_l = layer_l(relu(Z_{l-1}))      colour = sigmoid(layer_L(relu(Z_{L-1})))
 */
import { voxelCount, type GridSpec } from '../../geometry/grid.ts';
import type { Rays } from '../../geometry/rays.ts';
import { placeOfSample, type PackedSamples } from '../../../renderer/march.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { featureFrequencies } from '../../model/feature-encoding.ts';
import { representationOf } from '../../model/representations/index.ts';
import { layersOf, weightTensors } from '../../model/network-layers.ts';
import type { Teacher } from '../../engine/backend.ts';
import { encodedFeatures } from './encoded-features.ts';
import { bindLayers, currents, type BoundLayers } from './colour-network.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { interpolate } from './representations/dense.ts';

export interface TeacherTensors {
  readonly grid: GridSpec;
  /** [V,C] */
  readonly features: Tensor;
  readonly layers: BoundLayers;
}

export interface TeacherAnswer {
  /** [M,3] */
  readonly colours: Tensor;
  /** Z of each hidden layer, [M,W] */
  readonly potentials: readonly Tensor[];
}

/** The caller disposes of them (`disposeTeacher`). */
export function createTeacher(tf: TensorFlow, { grid, features, weights }: Teacher, spec: FieldSpec): TeacherTensors {
  const tensors = weightTensors(spec).map(({ shape }, i) => tf.tensor(weights[i].slice(), [...shape]));
  return {
    grid,
    features: tf.tensor2d(features.slice(), [voxelCount(grid), representationOf(spec).features]),
    layers: bindLayers(layersOf(spec), tensors),
  };
}

export function disposeTeacher(teacher: TeacherTensors | null): void {
  teacher?.features.dispose();
  for (const { tensors } of teacher?.layers ?? []) for (const tensor of tensors) tensor.dispose();
}

/**
 * @param spec of the student
 * @param samples with M > 0
 * @param rayOfSample [M]
 * @param views view terms of the samples, [M,I-C]
 */
export function askTeacher(
  tf: TensorFlow,
  { grid, features, layers }: TeacherTensors,
  spec: FieldSpec,
  rays: Rays,
  samples: PackedSamples,
  rayOfSample: Int32Array,
  views: Tensor,
): TeacherAnswer {
  const corners = new Int32Array(rayOfSample.length * 8);
  const weights = new Float32Array(rayOfSample.length * 8);
  samples.networkRows.forEach((row, i) => {
    const vector = (data: Float32Array): Float32Array => data.subarray(rayOfSample[i] * 3, rayOfSample[i] * 3 + 3);
    const [origin, direction] = [vector(rays.origins), vector(rays.directions)];
    const place = placeOfSample(spec, grid, origin, direction, samples.distance[row]);
    corners.set(place.corners, i * 8);
    weights.set(place.weights, i * 8);
  });
  const x = tf.concat([encodedFeatures(tf, interpolate(tf, features, corners, weights), featureFrequencies(spec.network)), views], 1);
  const potentials: Tensor[] = [];
  let values: Tensor = x;
  for (const layer of layers.slice(0, -1)) {
    const z = currents(tf, values, layer);
    potentials.push(z);
    values = tf.relu(z);
  }
  return { colours: tf.sigmoid(currents(tf, values, layers[layers.length - 1])), potentials };
}
