import { vi } from 'vitest';
import { createWebgpuBackend } from '../../src/backends/webgpu/webgpu-backend.ts';
import { openSoftwareDevice } from '../helpers/software-adapter.ts';
import { describeConformance } from './backend-conformance.ts';
import { conformanceCases, trainingTermCases, type ConformanceCase } from './cases.ts';
import { describeEngineContract } from './engine-contract.ts';

// A software adapter compiles a kernel for seconds when it is first used.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const create = async () => createWebgpuBackend(await openSoftwareDevice());

describeEngineContract('webgpu', create);
/** This backend has no contracted space (docs/kernels.md). */
const ownCases = (cases: readonly ConformanceCase[]) => cases.filter(({ options }) => options.spec?.space?.kind !== 'unbounded');

describeConformance('webgpu', create, ownCases(conformanceCases));
describeConformance('webgpu, terms of training', create, ownCases(trainingTermCases));

/** The plain path, on the limits that every GPU has. */
const plainNames = ['no network', 'LIF, condense', 'LIF, pad, 128 neurons, low thresholds'];
describeConformance(
  'webgpu with default limits',
  async () => createWebgpuBackend(await openSoftwareDevice({ plain: true })),
  conformanceCases.filter(({ name }) => plainNames.includes(name)),
);
