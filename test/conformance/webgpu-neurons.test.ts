import { vi } from 'vitest';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { otherNeuronCases } from './cases.ts';

// A software adapter compiles a kernel for seconds when it is first used.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

describeConformance('webgpu, generated scans', async () => createWebgpuBackend(await openSoftwareDevice()), otherNeuronCases);
