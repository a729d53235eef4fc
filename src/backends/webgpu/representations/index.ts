/** The representations that this backend has, by kind: one line each. */
import type { FieldSpec } from '../../../model/field-spec.ts';
import { checkRepresentation } from '../../shared/check-representation.ts';
import { bricks } from './bricks.ts';
import { dense } from './dense.ts';
import type { WebgpuRepresentation } from './representation.ts';
import { vm } from './vm.ts';

export const webgpuRepresentations: Readonly<Record<string, WebgpuRepresentation>> = { dense, bricks, vm };

/** @throws BackendError if the backend does not have it */
export function webgpuRepresentation(spec: FieldSpec): WebgpuRepresentation {
  return checkRepresentation('webgpu', spec, webgpuRepresentations);
}
