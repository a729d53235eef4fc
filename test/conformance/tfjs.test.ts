import { describe } from 'vitest';
import { createTfjsBackend } from '../../src/backends/tfjs/tfjs-backend.ts';
import { createSpecification, HAS_NATIVE } from '../helpers/specification.ts';
import { describeConformance } from './backend-conformance.ts';
import { conformanceCases } from './cases.ts';
import { otherNeuronCases } from './network-cases.ts';
import { describeEngineContract } from './engine-contract.ts';
import { describeGridOperations } from './grid-operations.ts';

describeEngineContract('tfjs', createTfjsBackend);
describeGridOperations('tfjs', () => createTfjsBackend());

/** The others are compared with the native library then: it has to agree with plain JavaScript. */
describe.runIf(HAS_NATIVE)('native TensorFlow', () => {
  describeEngineContract('tfjs on native TensorFlow', createSpecification);
  describeConformance('tfjs in plain JavaScript, beside native TensorFlow', () => createTfjsBackend(), conformanceCases);
  describeConformance('tfjs in plain JavaScript, beside native TensorFlow, generated scans', () => createTfjsBackend(), otherNeuronCases);
});
