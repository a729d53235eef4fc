import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeConformance } from './backend-conformance.ts';
import { trainingTermCases } from './cases.ts';

describeConformance('wasm, terms of training', () => createWasmBackend({ threads: 2 }), trainingTermCases);
