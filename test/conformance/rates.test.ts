import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeConformance } from './backend-conformance.ts';
import { rateCases } from './training-cases.ts';

describeConformance('wasm, gradients through rates', () => createWasmBackend({ threads: 2 }), rateCases);
