/**
 * The teacher of a distillation (`Teacher` of backend.ts): a ReLU network on its own feature grid, at the student's samples. Constant.
 *
 *     Z1 = [features, view] w1      Z2 = relu(Z1) w2      colour = sigmoid(relu(Z2) w3)
 */
import type { GridSpec } from '../../geometry/grid.ts';
import type { Rays } from '../../geometry/rays.ts';
import { placeOfSample, type PackedSamples } from '../../../renderer/march.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import type { Teacher } from '../../engine/backend.ts';
import type { NetworkWeights } from './colour-network.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { interpolate } from './representations/dense.ts';

export interface TeacherTensors extends NetworkWeights {
  readonly grid: GridSpec;
  /** [V,C] */
  readonly features: Tensor;
}

export interface TeacherAnswer {
  /** [M,3] */
  readonly colours: Tensor;
  /** Z of both hidden layers, [M,W] */
  readonly potentials: readonly [Tensor, Tensor];
}

/** The caller disposes of them (`disposeTeacher`). */
export function createTeacher(tf: TensorFlow, { grid, features, w1, w2, w3 }: Teacher): TeacherTensors {
  const width = w3.length / 3;
  const matrix = (data: Float32Array, columns: number): Tensor => tf.tensor2d(data.slice(), [data.length / columns, columns]);
  const channels = features.length / (grid.size[0] * grid.size[1] * grid.size[2]);
  return { grid, features: matrix(features, channels), w1: matrix(w1, width), w2: matrix(w2, width), w3: matrix(w3, 3) };
}

export function disposeTeacher(teacher: TeacherTensors | null): void {
  if (teacher !== null) for (const name of ['features', 'w1', 'w2', 'w3'] as const) teacher[name].dispose();
}

/**
 * @param spec of the student
 * @param samples with M > 0
 * @param rayOfSample [M]
 * @param views view terms of the samples, [M,I-C]
 */
export function askTeacher(
  tf: TensorFlow,
  { grid, features, w1, w2, w3 }: TeacherTensors,
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
  const x = tf.concat([interpolate(tf, features, corners, weights), views], 1);
  const z1 = tf.matMul(x, w1);
  const z2 = tf.matMul(tf.relu(z1), w2);
  return { colours: tf.sigmoid(tf.matMul(tf.relu(z2), w3)), potentials: [z1, z2] };
}
