import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { otherNeuronCases } from './network-cases.ts';

describeConformance('webgpu, generated scans', async () => createWebgpuBackend(await openTestDevice()), otherNeuronCases);
