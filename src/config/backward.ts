/** What training differentiates: every time step of the network, or its firing rates (src/neurons/compile-rates.ts). */
import { InputError } from '../base/errors.ts';
import { hasMemory } from '../neurons/define-neuron.ts';
import { neuronNamed } from '../neurons/index.ts';

interface TimedNetwork {
  readonly neuron: string;
  readonly temporal: 'condense' | 'pad' | 'repeat';
  readonly backward?: 'time' | 'rate';
}

/** Whether gradients pass through firing rates. A network without time has no steps to leave out. */
export function learnsFromRates({ neuron, backward }: Pick<TimedNetwork, 'neuron' | 'backward'>): boolean {
  return backward === 'rate' && hasMemory(neuronNamed(neuron));
}

/** Throws InputError where rates are no substitute for time: on rays, whose samples are the time steps. */
export function checkBackward(network: TimedNetwork): void {
  if (!learnsFromRates(network) || network.temporal === 'repeat') return;
  throw new InputError(
    `network.backward=rate has no meaning with network.temporal=${network.temporal}: each time step of a ray has an input, a colour and a weight of its own, which means over time would mix`,
    'Add --temporal repeat, or use --set network.backward=time.',
  );
}
