import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeConformance } from './backend-conformance.ts';
import { encodedCases, featureCases } from './field-cases.ts';
import { describeEngineContract } from './engine-contract.ts';
import { describeGridOperations } from './grid-operations.ts';

describeConformance('wasm with fused multiply-add, 2 threads', () => createWasmBackend({ threads: 2 }));
describeConformance('wasm, 1 thread', () => createWasmBackend({ threads: 1, relaxedSimd: false }));
describeConformance('wasm, other numbers of features', () => createWasmBackend({ threads: 2 }), featureCases);
describeConformance('wasm, encoded features', () => createWasmBackend({ threads: 2 }), encodedCases);
describeEngineContract('wasm', () => createWasmBackend({ threads: 2 }));
describeGridOperations('wasm', () => createWasmBackend({ threads: 2 }));
