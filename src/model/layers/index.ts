/** The kinds of layers. A new one is a file beside this one and a line here; a program that uses the library registers its own. */
import { InputError } from '../../base/errors.ts';
import { suggest } from '../../base/nearest-name.ts';
import { dense } from './dense.ts';
import { hetsyn } from './hetsyn.ts';
import { hetsynFactors } from './hetsyn-factors.ts';
import type { LayerKind } from './layer-kind.ts';

/** HetSyn with so many decays a neuron. */
export const hetsynFactored: readonly LayerKind[] = [1, 2, 4, 8].map(hetsynFactors);

const kinds = new Map<string, LayerKind>([dense, hetsyn, ...hetsynFactored].map((kind) => [kind.name, kind]));

/** Throws RangeError if the name is taken by another. */
export function registerLayerKind(kind: LayerKind): void {
  const known = kinds.get(kind.name);
  if (known !== undefined && known !== kind) throw new RangeError(`There is a kind of layer named ${kind.name} already.`);
  kinds.set(kind.name, kind);
}

/** Throws InputError with the nearest name. */
export function layerKindNamed(name: string): LayerKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new InputError(`unknown kind of layer "${name}"`, suggest(name, [...kinds.keys()]));
  return kind;
}
