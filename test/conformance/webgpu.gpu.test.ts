import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openTestDevice } from '../helpers/test-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { conformanceCases } from './cases.ts';
import { trainingTermCases } from './training-cases.ts';
import { describeEngineContract } from './engine-contract.ts';
import { describeGridOperations, scalings } from './grid-operations.ts';

const create = async () => createWebgpuBackend(await openTestDevice());

describeEngineContract('webgpu', create);
describeGridOperations('webgpu', create);
for (const channels of [2, 1])
  describeGridOperations(
    `webgpu, planes of ${channels}`,
    async (voxels) => createWebgpuBackend(await openTestDevice(), { planeBytes: 4 * channels * voxels }),
    scalings.filter(({ name }) => name.startsWith('a finer grid')),
  );
describeConformance('webgpu', create, conformanceCases);
describeConformance('webgpu, terms of training', create, trainingTermCases);

/** The plain path, on the limits that every GPU has. */
const plainNames = ['no network', 'LIF, condense', 'LIF, pad, 128 neurons, low thresholds'];
describeConformance(
  'webgpu with default limits',
  async () => createWebgpuBackend(await openTestDevice({ plain: true })),
  conformanceCases.filter(({ name }) => plainNames.includes(name)),
);
