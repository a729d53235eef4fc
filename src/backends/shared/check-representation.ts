/** Whether a backend has the representation of a field: the same refusal on every backend. */
import { BackendError } from '../../base/errors.ts';
import type { BackendName } from '../../engine/backend.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { representationOf } from '../../model/representations/index.ts';

/**
 * The backend's module for the representation of a field.
 *
 * @param modules those that the backend has, by kind
 * @throws BackendError if it is not among them, naming the backends that have it
 */
export function checkRepresentation<Module>(backend: BackendName, spec: FieldSpec, modules: Readonly<Record<string, Module>>): Module {
  const { kind } = spec.representation;
  if (Object.hasOwn(modules, kind)) return modules[kind];
  const others = representationOf(spec).backends.filter((name) => name !== backend);
  throw new BackendError(
    `The ${backend} backend has no fields of the kind ${kind}; it has ${Object.keys(modules).join(', ')}.`,
    others.length > 0 ? `Use ${others.map((name) => `--backend ${name}`).join(' or ')}.` : `No backend has fields of the kind ${kind}.`,
  );
}
