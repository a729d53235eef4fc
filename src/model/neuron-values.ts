/** What the parameters of the neurons behind a layer are: constants of the settings, learned ones as their raw values have them now. */
import { learnedParameters } from '../neurons/define-neuron.ts';
import { neuronNamed } from '../neurons/index.ts';
import { valueOf } from '../neurons/parameters.ts';
import { parameterValues } from '../neurons/settings.ts';
import type { NetworkSpec } from './field-spec.ts';

/**
 * By name; one value for all neurons, or one each.
 *
 * @param layer hidden, 0 is the first
 */
export async function neuronValues(
  network: NetworkSpec,
  layer: number,
  read: (name: `n${number}.${string}`) => Promise<Float32Array>,
): Promise<Map<string, Float32Array>> {
  const found = new Map(Object.entries(parameterValues(network)).map(([name, value]) => [name, Float32Array.of(value)]));
  for (const [name, { learned }] of learnedParameters(neuronNamed(network.neuron)))
    found.set(
      name,
      (await read(`n${layer + 1}.${name}`)).map((raw) => valueOf(learned, raw)),
    );
  return found;
}
