import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { synapseCases } from './network-cases.ts';

const factorised = synapseCases.filter(({ options }) => options.network?.layers?.every(({ kind }) => kind !== 'hetsyn'));

describeConformance('webgpu, decaying sums', async () => createWebgpuBackend(await openSoftwareDevice()), factorised);
