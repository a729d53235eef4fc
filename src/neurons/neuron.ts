/**
 * A spiking neuron is three moves in every time step (SpikingJelly's split; SpikingNeRF eq. 6, 7):
 *
 *     H_t = charge(X_t, V_{t-1})      S_t = fire(H_t)      V_t = reset(H_t, S_t)          V_0 = 0
 *
 * X: input current, H: membrane potential before firing, S: output, V: membrane potential carried to the next step. All are tensors of one
 * shape. The moves are differentiable tensor code; `fire` carries its surrogate gradient.
 */
import type { Tensor, TensorFlow } from '../backends/tfjs/tensorflow.ts';

export interface Neuron {
  /** Whether V matters. A neuron without memory has no time: it is run once for every sample, whatever the temporal mode. */
  readonly hasMemory: boolean;
  /** Whether the outputs are spikes; only then is there a spike penalty. */
  readonly spikes: boolean;
  /** Potential at which the output or its derivative jumps. */
  readonly threshold: number;
  charge(tf: TensorFlow, input: Tensor, membrane: Tensor): Tensor;
  fire(tf: TensorFlow, potential: Tensor): Tensor;
  reset(tf: TensorFlow, potential: Tensor, spikes: Tensor): Tensor;
}

/** Runs a layer of neurons over time. All tensors are [T,R,W]: R independent sequences of T steps. */
export function runNeurons(tf: TensorFlow, neuron: Neuron, inputs: Tensor): { spikes: Tensor; potentials: Tensor } {
  const spikes: Tensor[] = [];
  const potentials: Tensor[] = [];
  let membrane: Tensor = tf.zeros(inputs.shape.slice(1));
  for (const input of timeSteps(tf, inputs)) {
    const potential = neuron.charge(tf, input, membrane);
    const spike = neuron.fire(tf, potential);
    membrane = neuron.reset(tf, potential, spike);
    spikes.push(spike);
    potentials.push(potential);
  }
  return { spikes: tf.stack(spikes, 0), potentials: tf.stack(potentials, 0) };
}

/** [T,R,W] to T tensors [R,W]. tfjs has no gradient for `unstack` into one. */
function timeSteps(tf: TensorFlow, inputs: Tensor): Tensor[] {
  return inputs.shape[0] === 1 ? [tf.squeeze(inputs, [0])] : tf.unstack(inputs, 0);
}
