/** A forward pass as rendered rays. */
import { addCounts } from '../../engine/counts.ts';
import type { RenderedRays } from '../../engine/backend.ts';
import type { PackedSamples } from '../../../renderer/march.ts';
import { countActivity } from './activity.ts';
import type { ForwardPass } from './forward.ts';
import type { Tensor, TensorFlow } from './tensorflow.ts';
import { sumByRay } from './volume-rendering.ts';

/** Writes the rays of one forward pass at index `first` of the result. */
export function writeRendered(tf: TensorFlow, out: RenderedRays, first: number, samples: PackedSamples, pass: ForwardPass): void {
  const { counts, spikesOfRay } = countActivity(samples, pass);
  addCounts(out.counts, counts);
  out.spikes.set(spikesOfRay, first);
  out.samples.set(
    samples.rayOffsets.subarray(1).map((end, ray) => end - samples.rayOffsets[ray]),
    first,
  );
  out.rgb.set(pass.rgb.dataSync(), first * 3);
  out.opacity.set(tf.sub(1, pass.lastTransmittance).dataSync(), first);
  out.depth.set(expectedDistance(tf, samples, pass).dataSync(), first);
}

/** [N] sum_i w_i distance_i + T_last exitDistance, over the density samples */
function expectedDistance(tf: TensorFlow, samples: PackedSamples, { lastTransmittance, densityWeights }: ForwardPass): Tensor {
  const behind = tf.mul(lastTransmittance, tf.tensor1d(samples.exitDistance));
  if (densityWeights === null) return behind;
  const inFront = tf.reshape(tf.mul(densityWeights, tf.tensor1d(samples.distance)), [-1, 1]);
  return tf.add(behind, tf.reshape(sumByRay(tf, inFront, samples.densityOffsets), [-1]));
}
