import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { quantiserCases } from './network-cases.ts';

describeConformance('webgpu, quantised weights', async () => createWebgpuBackend(await openTestDevice()), quantiserCases);
