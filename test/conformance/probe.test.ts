import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import { describeProbe } from './probe-rays.ts';

describeProbe('tfjs', createTfjsBackend);
describeProbe('wasm', () => createWasmBackend({ threads: 2 }));
