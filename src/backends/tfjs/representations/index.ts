/** The representations that this backend has, by kind: one line each. */
import { checkRepresentation } from '../../shared/check-representation.ts';
import type { FieldSpec } from '../../../model/field-spec.ts';
import { bricks } from './bricks.ts';
import { dense } from './dense.ts';
import type { TfjsRepresentation } from './representation.ts';
import { vm } from './vm.ts';

export type TfjsRepresentations = Readonly<Record<string, TfjsRepresentation>>;

export const tfjsRepresentations: TfjsRepresentations = { dense, bricks, vm };

/** @throws BackendError if it is not among `all` */
export function tfjsRepresentation(spec: FieldSpec, all: TfjsRepresentations = tfjsRepresentations): TfjsRepresentation {
  return checkRepresentation('tfjs', spec, all);
}
