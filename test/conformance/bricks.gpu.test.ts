/** On the limits that every GPU has. Dense grids are scaled by kernels, bricks by the host. */
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeBricks, exactly, nearly } from './brick-cases.ts';

describeBricks('webgpu', async () => createWebgpuBackend(await openTestDevice({ plain: true })), exactly, nearly);
