/** Parameters given to a neuron, checked against what the neuron has. */
import { InputError } from '../base/errors.ts';
import { neuronNamed } from '../neurons/index.ts';
import { isAllowed } from '../neurons/parameters.ts';
import { suggest } from '../base/nearest-name.ts';
import type { NeuronChoice } from '../neurons/settings.ts';

/** Throws InputError for an unknown neuron, a parameter it does not have, and a value outside a parameter's range. */
export function checkNeuron({ neuron, neuronParameters }: Pick<NeuronChoice, 'neuron' | 'neuronParameters'>): void {
  const { parameters } = neuronNamed(neuron);
  for (const [name, value] of Object.entries(neuronParameters)) {
    const key = `network.neuronParameters.${name}=${value}`;
    if (!Object.hasOwn(parameters, name)) {
      const names = Object.keys(parameters);
      const fix = names.length > 0 ? suggest(name, names) : 'Leave it out.';
      throw new InputError(`${key}: the neuron ${neuron} has no parameter ${name}`, `${fix} \`spikeray neurons\` lists them.`);
    }
    const { range, learned, description } = parameters[name];
    if (isAllowed(parameters[name], value)) continue;
    const bounds = learned === null ? `from ${range[0]} to ${range[1]}` : `between ${range[0]} and ${range[1]}, ends excluded`;
    throw new InputError(`${key}: expected a number ${bounds}`, `${name} of ${neuron}: ${description}.`);
  }
}
