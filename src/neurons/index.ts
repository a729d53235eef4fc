/**
 * The neurons by the name that a config gives them. A new one is one file here and one line in the list; a program that uses this package adds
 * its own with `registerNeuron`, or hands it to a backend, which does.
 */
import { InputError } from '../base/errors.ts';
import { suggest } from '../base/nearest-name.ts';
import type { NeuronDefinition } from './define-neuron.ts';
import { glif, glifLayer } from './glif.ts';
import { hetsyn } from './hetsyn.ts';
import { integrateAndFire } from './if.ts';
import { learnedBits } from './learned-bits.ts';
import { lif } from './lif.ts';
import { ltmd } from './ltmd.ts';
import { fourBit, threeBit } from './multi-bit.ts';
import { plif } from './plif.ts';
import { regulatedLif } from './regulated-lif.ts';
import { relu } from './relu.ts';
import { ternarySigned } from './ternary-signed.ts';
import { ternary } from './ternary.ts';

/** What the package brings; their kernels are compiled when it is built. */
export const builtInNeurons: readonly NeuronDefinition[] = [
  lif,
  relu,
  integrateAndFire,
  plif,
  ternary,
  ternarySigned,
  threeBit,
  fourBit,
  learnedBits,
  glif,
  glifLayer,
  ltmd,
  hetsyn,
  regulatedLif,
];

const registry = new Map<string, NeuronDefinition>(builtInNeurons.map((neuron) => [neuron.name, neuron]));

/** Makes a neuron known by its name. Throws RangeError if another one has it. */
export function registerNeuron(neuron: NeuronDefinition): void {
  const present = registry.get(neuron.name);
  if (present !== undefined && present !== neuron) throw new RangeError(`there is a neuron ${neuron.name} already`);
  registry.set(neuron.name, neuron);
}

export function registeredNeurons(): NeuronDefinition[] {
  return [...registry.values()];
}

/** Throws InputError for an unknown name. */
export function neuronNamed(name: string): NeuronDefinition {
  const neuron = registry.get(name);
  if (neuron === undefined) throw new InputError(`unknown neuron "${name}"`, suggest(name, [...registry.keys()]));
  return neuron;
}
