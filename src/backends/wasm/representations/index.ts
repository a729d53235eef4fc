/** The representations that this backend has, by kind: one line each. */
import type { FieldSpec } from '../../../model/field-spec.ts';
import { checkRepresentation } from '../../shared/check-representation.ts';
import { bricks } from './bricks.ts';
import { dense } from './dense.ts';
import type { WasmRepresentation } from './representation.ts';
import { vm } from './vm.ts';

export const wasmRepresentations: Readonly<Record<string, WasmRepresentation>> = { dense, bricks, vm };

/** @throws BackendError if the backend does not have it */
export function wasmRepresentation(spec: FieldSpec): WasmRepresentation {
  return checkRepresentation('wasm', spec, wasmRepresentations);
}
