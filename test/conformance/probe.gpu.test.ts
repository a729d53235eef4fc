import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeProbe } from './probe-rays.ts';

describeProbe('webgpu', async () => createWebgpuBackend(await openSoftwareDevice()));
