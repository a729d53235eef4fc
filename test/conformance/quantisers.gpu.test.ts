import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { quantiserCases } from './network-cases.ts';

describeConformance('webgpu, quantised weights', async () => createWebgpuBackend(await openSoftwareDevice()), quantiserCases);
