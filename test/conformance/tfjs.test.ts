import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { describeEngineContract } from './engine-contract.ts';

describeEngineContract('tfjs', createTfjsBackend);
