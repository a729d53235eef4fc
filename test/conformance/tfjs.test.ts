import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { describeEngineContract } from './engine-contract.ts';
import { describeGridOperations } from './grid-operations.ts';

describeEngineContract('tfjs', createTfjsBackend);
describeGridOperations('tfjs', () => createTfjsBackend());
