import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeConformance } from './backend-conformance.ts';
import { synapseCases } from './network-cases.ts';
import { gramCases } from './training-cases.ts';

describeConformance('wasm, synapses with their own time', () => createWasmBackend({ threads: 2 }), synapseCases);
describeConformance('wasm, Gram matrices of a teacher', () => createWasmBackend({ threads: 2 }), gramCases);
