import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeBricks, exactly, nearly } from './brick-cases.ts';

describeBricks('wasm, 1 thread', () => createWasmBackend({ threads: 1 }), exactly);
describeBricks('wasm, 2 threads', () => createWasmBackend({ threads: 2 }), exactly);
describeBricks('tfjs', () => createTfjsBackend(), nearly);
