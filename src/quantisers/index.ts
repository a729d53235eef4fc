/**
 * The quantisers by the name that a config gives them. A new one is a file here and a line in the list; a program that uses this package adds its
 * own with `registerQuantiser`.
 */
import { InputError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { hadamard } from './hadamard.ts';
import { learnedBits } from './learned-bits.ts';
import type { Quantiser } from './quantiser.ts';
import { bitRows, ternaryRows } from './row-steps.ts';
import { subBit, subBitPlain } from './sub-bit.ts';

/** What the package brings. */
export const builtInQuantisers: readonly Quantiser[] = [learnedBits, ternaryRows, ...bitRows, subBit, subBitPlain, hadamard];

const registry = new Map<string, Quantiser>(builtInQuantisers.map((quantiser) => [quantiser.name, quantiser]));

/** Makes a quantiser known by its name. Throws RangeError if another one has it. */
export function registerQuantiser(quantiser: Quantiser): void {
  const present = registry.get(quantiser.name);
  if (present !== undefined && present !== quantiser) throw new RangeError(`There is a quantiser ${quantiser.name} already.`);
  registry.set(quantiser.name, quantiser);
}

/** Throws InputError for an unknown name. */
export function quantiserNamed(name: string): Quantiser {
  const quantiser = registry.get(name);
  if (quantiser !== undefined) return quantiser;
  const nearest = nearestName(name, [...registry.keys()]);
  throw new InputError(
    `unknown quantiser "${name}"`,
    nearest === undefined ? 'Use --set network.quantiser=null, or register it first (registerQuantiser).' : `Did you mean ${nearest}?`,
  );
}
