/** Vector-matrix factors (model/representations/vm.ts) as tensor code. */
import { alongAxis, FACTOR_PAIRS } from '../../../model/representations/factors.ts';
import { BASIS, lineName, planeName, type FactorGroup } from '../../../model/representations/vm.ts';
import type { FieldSpec } from '../../../model/field-spec.ts';
import { gatherRows } from '../custom-gradients.ts';
import type { Tensor, TensorFlow } from '../tensorflow.ts';
import type { FieldParameters, TfjsRepresentation } from './representation.ts';

export const vm: TfjsRepresentation = {
  density: (tf, spec, parameters, { coordinates }) => tf.sum(tf.concat(productsAt(tf, spec, 'density', parameters, coordinates), 1), 1),
  features: (tf, spec, parameters, { coordinates, networkRows }) => {
    const at = new Float32Array(networkRows.length * 3);
    networkRows.forEach((row, i) => at.set(coordinates.subarray(row * 3, row * 3 + 3), i * 3));
    return tf.matMul(tf.concat(productsAt(tf, spec, 'features', parameters, at), 1) as never, parameters[BASIS] as never);
  },
  penalised: (tf, { shape, group }, value, gradient, { densityVariation, featureVariation, densityL1 }) => {
    const scale = { density: densityVariation, features: featureVariation, network: 0 }[group];
    const varied = scale !== 0 && shape.length === 3 ? tf.add(gradient, planeVariation(tf, value, scale)) : gradient;
    if (densityL1 === 0 || group !== 'density') return varied;
    return tf.add(varied, tf.mul(tf.sign(value), densityL1 / value.size));
  },
};

/** The products of plane and line of each pair at K places: [K,R] each. @param coordinates [K,3] of the grid */
function productsAt(
  tf: TensorFlow,
  { grid: { size } }: FieldSpec,
  group: FactorGroup,
  parameters: FieldParameters,
  coordinates: Float32Array,
): Tensor[] {
  const places = Array.from({ length: coordinates.length / 3 }, (_, row) =>
    size.map((points, axis) => alongAxis(coordinates[row * 3 + axis], points)),
  );
  return FACTOR_PAIRS.map((pair) => {
    const {
      plane: [a, b],
      line,
    } = pair;
    const onPlane = places.map((place) => ({
      points: [0, 1, 2, 3].map((corner) => (place[b].base + (corner >> 1)) * size[a] + place[a].base + (corner & 1)),
      weights: [0, 1, 2, 3].map((corner) => side(place[a].fraction, corner & 1) * side(place[b].fraction, corner >> 1)),
    }));
    const onLine = places.map((place) => ({
      points: [place[line].base, place[line].base + 1],
      weights: [1 - place[line].fraction, place[line].fraction],
    }));
    return tf.mul(
      interpolated(tf, parameters[planeName(group, pair)], onPlane),
      interpolated(tf, parameters[lineName(group, pair)], onLine),
    );
  });
}

/** [K,R] of [...,R], from some points with their weights at each place. */
function interpolated(
  tf: TensorFlow,
  factor: Tensor,
  places: readonly { points: readonly number[]; weights: readonly number[] }[],
): Tensor {
  const rank = factor.shape[factor.shape.length - 1]!;
  const each = places[0].points.length;
  const values = gatherRows(tf, tf.reshape(factor, [-1, rank]), Int32Array.from(places.flatMap(({ points }) => points)));
  const weights = tf.tensor3d(Float32Array.from(places.flatMap((place) => place.weights)), [places.length, each, 1]);
  return tf.sum(tf.mul(tf.reshape(values, [-1, each, rank]), weights), 1);
}

function side(fraction: number, upper: number): number {
  return upper === 1 ? fraction : 1 - fraction;
}

/** scale * sum_q (p - q) / n over the neighbours q of p along either axis of a plane [B,A,R], n differences along that axis. */
function planeVariation(tf: TensorFlow, plane: Tensor, scale: number): Tensor {
  const shape = plane.shape as [number, number, number];
  return [0, 1].reduce<Tensor>((sum, axis) => {
    const extent = shape.map((count, i) => (i === axis ? count - 1 : count));
    const from = (first: number): Tensor =>
      tf.slice(
        plane,
        shape.map((_, i) => (i === axis ? first : 0)),
        extent,
      );
    const padded = (differences: Tensor, before: 0 | 1): Tensor =>
      tf.pad(
        differences,
        shape.map((_, i): [number, number] => (i === axis ? [before, 1 - before] : [0, 0])),
      );
    const differences = tf.mul(tf.sub(from(1), from(0)), scale / extent.reduce((x, y) => x * y));
    return tf.add(sum, tf.sub(padded(differences, 1), padded(differences, 0)));
  }, tf.zerosLike(plane));
}
