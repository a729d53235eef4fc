import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeProbe } from './probe-rays.ts';

describeProbe('webgpu', async () => createWebgpuBackend(await openTestDevice()));
