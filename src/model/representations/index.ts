/** The representations of a field by kind: one line each. Programs may add their own. */
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { bricks } from './bricks.ts';
import { dense } from './dense.ts';
import { vm } from './vm.ts';
import type { Lattice } from '../../lattice/lattice.ts';
import type { BoundRepresentation, Representation, RepresentationSpec } from './representation.ts';

const registry = new Map<string, Representation>([dense, bricks, vm].map((each) => [each.kind, each as unknown as Representation]));

/** Throws RangeError if another of this kind is there. */
export function registerRepresentation<Spec extends RepresentationSpec>(representation: Representation<Spec>): void {
  const added = representation as unknown as Representation;
  if ((registry.get(added.kind) ?? added) !== added) throw new RangeError(`There is another representation of the kind ${added.kind}.`);
  registry.set(added.kind, added);
}

export function representations(): readonly Representation[] {
  return [...registry.values()];
}

export function representationNamed(kind: string): Representation {
  const found = registry.get(kind);
  if (found !== undefined) return found;
  throw new InputError(
    `field representation ${kind}: unknown; known are ${[...registry.keys()].join(', ')}`,
    'Use the program that has it, or register it (registerRepresentation) before the field is opened.',
  );
}

export function representationOf({ representation }: { readonly representation: RepresentationSpec }): BoundRepresentation {
  const { kind, backends, bind } = representationNamed(representation.kind);
  return { kind, backends, ...bind(representation) };
}

interface Field extends Lattice {
  readonly representation: RepresentationSpec;
}

/** The field whose tensors hold what samples read with this occupancy [V]; most hold everything anyway. */
export function fitted<F extends Field>(field: F, occupancy: Uint8Array): F {
  const { partial } = representationOf(field);
  const representation = partial?.within(field, occupancy) ?? field.representation;
  return representation === field.representation ? field : { ...field, representation };
}

/** The field with as much in its tensors as there is to be room for. */
export function largest<F extends Field>(field: F): F {
  const { partial } = representationOf(field);
  return partial === undefined ? field : { ...field, representation: partial.most(field) };
}

/** The schema of a representation in files: that which is registered for its kind decides. */
export const representationSchema = z.looseObject({ kind: z.string() }).transform((spec, context): RepresentationSpec => {
  const definition = registry.get(spec.kind);
  if (definition === undefined) {
    context.addIssue({ code: 'custom', message: `unknown representation ${spec.kind}; known are ${[...registry.keys()].join(', ')}` });
    return z.NEVER;
  }
  const result = definition.schema.safeParse(spec);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
});
