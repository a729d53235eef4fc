/**
 * Leaky integrate-and-fire with decayed input, hard reset to 0, reset detached (SpikingNeRF eq. 6, 7; SpikingJelly's LIFNode). sg: no
 * gradient; k = 1/tau.
 *
 *     H_t = V_{t-1} + k (X_t - V_{t-1})      S_t = 1[H_t >= threshold]      V_t = (1 - sg(S_t)) H_t
 *     dS/dH = a s (1 - s),  s = sigmoid(a (H - threshold))
 */
import { heaviside, stopGradient } from '../backends/tfjs/custom-gradients.ts';
import type { NetworkSpec } from '../model/field-spec.ts';
import type { Neuron } from './neuron.ts';
import { sigmoidSurrogate } from './surrogate.ts';

export function lif({ tau, threshold, surrogateAlpha }: NetworkSpec['lif']): Neuron {
  const surrogate = sigmoidSurrogate(surrogateAlpha);
  return {
    hasMemory: true,
    spikes: true,
    threshold,
    charge: (tf, input, membrane) => tf.add(membrane, tf.mul(tf.sub(input, membrane), 1 / tau)),
    fire: (tf, potential) => heaviside(tf, potential, threshold, (h) => surrogate.derivative(tf, tf.sub(h, threshold))),
    reset: (tf, potential, spikes) => tf.mul(potential, tf.sub(1, stopGradient(tf, spikes))),
  };
}
