import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeConformance } from './backend-conformance.ts';
import { otherNeuronCases } from './network-cases.ts';

describeConformance('wasm, generated scans', () => createWasmBackend({ threads: 2 }), otherNeuronCases);
