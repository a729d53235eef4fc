import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeConformance } from './backend-conformance.ts';
import { quantiserCases } from './network-cases.ts';

describeConformance('wasm, quantised weights', () => createWasmBackend({ threads: 2 }), quantiserCases);
