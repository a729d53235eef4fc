/**
 * Total variation as an addition to the gradient (`TotalVariation`, docs/model.md, section 4):
 *
 *     g += scale * sum_q clamp(p - q, -1, 1)         over the neighbours q of p along x, y and z, where g is not exactly 0
 */
import type { Vec3 } from '../../geometry/vector.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';

/**
 * @param grid [V,C] or [V]
 * @param gradient of the other losses, the shape of `grid`
 * @param dense adds it everywhere
 */
export function addTotalVariation(tf: TensorFlow, grid: Tensor, size: Vec3, gradient: Tensor, scale: number, dense: boolean): Tensor {
  const added = tf.add(gradient, tf.mul(clampedDifferences(tf, grid, size), scale));
  return dense ? added : tf.where(tf.notEqual(gradient, 0), added, gradient);
}

/** sum_q clamp(p - q, -1, 1) for every p, the shape of `grid`. */
function clampedDifferences(tf: TensorFlow, grid: Tensor, [nx, ny, nz]: Vec3): Tensor {
  const points = tf.reshape(grid, [nz, ny, nx, -1]);
  let sum = tf.zerosLike(points);
  for (const axis of [0, 1, 2]) {
    const count = points.shape[axis]!;
    const part = (first: number): Tensor => {
      const begin = [0, 0, 0, 0];
      const extent = [...points.shape] as number[];
      begin[axis] = first;
      extent[axis] = count - 1;
      return tf.slice(points, begin, extent);
    };
    const padded = (differences: Tensor, before: 0 | 1): Tensor =>
      tf.pad(
        differences,
        [0, 1, 2, 3].map((a): [number, number] => (a === axis ? [before, 1 - before] : [0, 0])),
      );
    const difference = tf.clipByValue(tf.sub(part(1), part(0)), -1, 1);
    sum = tf.add(sum, tf.sub(padded(difference, 1), padded(difference, 0)));
  }
  return tf.reshape(sum, grid.shape);
}
