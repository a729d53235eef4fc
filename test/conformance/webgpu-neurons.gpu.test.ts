import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { otherNeuronCases } from './network-cases.ts';

describeConformance('webgpu, generated scans', async () => createWebgpuBackend(await openSoftwareDevice()), otherNeuronCases);
