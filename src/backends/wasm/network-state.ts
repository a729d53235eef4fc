/** The kernels' variables that follow from a field's network; those of its teacher: teacher-state.ts. */
import type { Capacity } from '../../engine/backend.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { inputLevels } from '../../model/input-spikes.ts';
import { hasGaps, isPoisson, isSpikingNetwork } from '../../model/network-facts.ts';
import { learnsRepeats } from '../../config/backward.ts';
import { exportName } from '../../neurons/export-name.ts';
import { neuronNamed } from '../../neurons/index.ts';
import { carriedShare } from '../../neurons/carried-share.ts';
import { parameterValues, surrogateSettings } from '../../neurons/settings.ts';
import { SURROGATE_NAMES, surrogateOf } from '../../neurons/surrogates.ts';
import { goesThroughRates, hasDecays } from './memory-plan.ts';
import type { KernelPool } from './kernel-pool.ts';

export function networkState({ network }: FieldSpec, capacity: Capacity, pool: KernelPool): Record<string, number> {
  if (!network)
    return {
      neuron: 0,
      padGaps: 0,
      reversed: 0,
      repeats: 0,
      rateSteps1: 0,
      rateSteps2: 0,
      squeezed: 0,
      synapses1: 0,
      synapses2: 0,
      poisson: 0,
      featureLevels: 0,
      viewLevels: 0,
    };
  const spiking = isSpikingNetwork(network);
  const surrogate = surrogateOf(surrogateSettings(network).name);
  const repeated = spiking && network.temporal === 'repeat';
  const rates = goesThroughRates(network, capacity);
  const levels = inputLevels(network);
  return {
    neuron: spiking ? pool.runHere(exportName(neuronNamed(network.neuron))) : 1,
    surrogate: SURROGATE_NAMES.indexOf(surrogate.name),
    carriedShare: spiking && surrogate.bounded ? carriedShare(neuronNamed(network.neuron), parameterValues(network)) : 0,
    viewFrequencies: network.viewFrequencies,
    padGaps: hasGaps(network) ? 1 : 0,
    reversed: spiking && !repeated && network.order === 'far-to-near' ? 1 : 0,
    repeats: repeated && !rates ? network.repeats : 0,
    rateSteps1: rates ? network.repeats : 0,
    rateSteps2: rates ? network.repeats : 0,
    squeezed: learnsRepeats(network) ? 1 : 0,
    // Nothing decays in a network without time.
    synapses1: spiking && hasDecays(network, 0) ? 1 : 0,
    synapses2: spiking && hasDecays(network, 1) ? 1 : 0,
    poisson: isPoisson(network) ? 1 : 0,
    featureLevels: levels.features,
    viewLevels: levels.views,
  };
}
