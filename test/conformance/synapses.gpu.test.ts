import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { synapseCases } from './network-cases.ts';

const factorised = synapseCases.filter(({ options }) => options.network?.layers?.every(({ kind }) => kind !== 'hetsyn'));

describeConformance('webgpu, decaying sums', async () => createWebgpuBackend(await openTestDevice()), factorised);
