import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { conformanceCases } from './cases.ts';

const withoutNetwork = conformanceCases.filter(({ options }) => options.network === null);

describeConformance('webgpu', async () => createWebgpuBackend(await openSoftwareDevice()), withoutNetwork);
