/** What training differentiates: every time step of the network, or its firing rates (src/neurons/compile-rates.ts); and how long its layers run. */
import { InputError } from '../base/errors.ts';
import { hasMemory, isSpiking } from '../neurons/define-neuron.ts';
import { neuronNamed } from '../neurons/index.ts';

interface TimedNetwork {
  readonly neuron: string;
  readonly temporal: 'condense' | 'pad' | 'repeat';
  readonly encoding?: 'direct' | 'poisson';
  readonly backward?: 'time' | 'rate';
  readonly learnRepeats?: boolean;
}

/** Whether gradients pass through firing rates. A network without time has no steps to leave out. */
export function learnsFromRates({ neuron, backward }: Pick<TimedNetwork, 'neuron' | 'backward'>): boolean {
  return backward === 'rate' && hasMemory(neuronNamed(neuron));
}

/** Whether hidden layers learn their number of time steps (src/model/learned-repeats.ts). A network without time needs one. */
export function learnsRepeats({ neuron, learnRepeats }: Pick<TimedNetwork, 'neuron' | 'learnRepeats'>): boolean {
  return learnRepeats === true && hasMemory(neuronNamed(neuron));
}

/** Throws InputError where rates are no substitute for time, or steps cannot be learned: on rays, whose samples are the time steps, or without states. */
export function checkBackward(network: TimedNetwork): void {
  const { temporal, encoding, backward } = network;
  checkHasSteps(network);
  if (learnsFromRates(network) && temporal !== 'repeat')
    throw new InputError(
      `network.backward=rate has no meaning with network.temporal=${temporal}: each time step of a ray has an input, a colour and a weight of its own, which means over time would mix`,
      'Add --temporal repeat, or use --set network.backward=time.',
    );
  if (!learnsRepeats(network)) return;
  if (temporal !== 'repeat')
    throw new InputError(
      `network.learnRepeats=true has no meaning with network.temporal=${temporal}: the samples of a ray are its time steps, and a layer's mean over them would mix samples; bits can be learned there`,
      'Add --temporal repeat, or use --set network.learnRepeats=false.',
    );
  if (encoding === 'poisson')
    throw new InputError(
      'network.learnRepeats=true has no meaning with network.encoding=poisson: a layer is shown the same input at all of its time steps',
      'Use --set network.encoding=direct.',
    );
  if (backward === 'rate')
    throw new InputError(
      'network.backward=rate has no meaning with network.learnRepeats=true: inputs of a layer are constant, so that rates have the gradient through time, and no step is kept',
      'Use --set network.backward=time.',
    );
}

/** Throws InputError where steps are to be learned that a neuron has not. The ANN beside a run leaves the setting aside. */
function checkHasSteps({ neuron, learnRepeats }: TimedNetwork): void {
  const definition = neuronNamed(neuron);
  if (learnRepeats !== true || hasMemory(definition) || !isSpiking(definition)) return;
  throw new InputError(
    `network.learnRepeats=true has no meaning with network.neuron=${neuron}: it keeps nothing from step to step, and one step is all that it needs`,
    'Use --set network.learnRepeats=false, or a neuron with states such as lif.',
  );
}
