/** `spikeray neurons`: the hidden neurons there are, with their parameters and sources. */
import { Command } from 'commander';
import { isSpiking, type NeuronDefinition } from '../../neurons/define-neuron.ts';
import { builtInNeurons } from '../../neurons/index.ts';
import { SURROGATE_SETTINGS } from '../../neurons/surrogates.ts';
import { addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';

export function neuronsCommand(): Command {
  const command = new Command('neurons')
    .description('Lists the hidden neurons that --neuron takes, with parameters (--set network.neuronParameters.name=value) and sources.')
    .action((options: OutputOptions) => listNeurons(options));
  return addOutputOptions(command);
}

async function listNeurons(options: OutputOptions): Promise<void> {
  await runAction(options, () =>
    Promise.resolve({ json: { neurons: builtInNeurons.map(toJson), surrogates: SURROGATE_SETTINGS }, text: describe() }),
  );
}

function toJson(neuron: NeuronDefinition): unknown {
  const { name, summary, source, surrogate, parameters } = neuron;
  const list = Object.entries(parameters).map(([parameter, { description, initial, range, scope, learned }]) => {
    const [low, high] = range;
    return { name: parameter, description, initial, range: [low, Number.isFinite(high) ? high : null], scope, learned: learned !== null };
  });
  return { name, summary, source, spikes: spikeValues(neuron), surrogate: isSpiking(neuron) ? surrogate : null, parameters: list };
}

/** From the least to the greatest sum of steps. */
function spikeValues({ terms }: NeuronDefinition): number[] {
  const count = (sign: 1 | -1): number => terms.filter((term) => term.sign === sign).length;
  return terms.length === 0 ? [] : Array.from({ length: terms.length + 1 }, (_, i) => i - count(-1));
}

function describe(): string {
  const lines = builtInNeurons.flatMap((neuron) => {
    const { name, summary, source, surrogate, parameters } = neuron;
    const spikes = isSpiking(neuron)
      ? `spikes ${spikeValues(neuron).join(', ')}; surrogate ${surrogate.name}, alpha ${surrogate.alpha}`
      : 'real outputs';
    return [
      `${name.padEnd(16)}${summary}`,
      `                source: ${source}`,
      `                ${spikes}`,
      ...Object.entries(parameters).map(([parameter, { description, initial, range, scope, learned }]) => {
        const kind = learned === null ? 'constant' : `learned, one a ${scope === 'layer' ? 'layer' : 'neuron'}`;
        return `                ${parameter} = ${initial}: ${description}; ${kind}, ${range[0]} to ${range[1]}`;
      }),
      '',
    ];
  });
  return `${lines.join('\n')}surrogates: ${SURROGATE_SETTINGS.join(', ')} (--set network.surrogate=name, network.surrogateAlpha=number)\n`;
}
