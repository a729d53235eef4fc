/** Every kernel of a step has its two numbers in the table of `npm run bench:gpu`. */
import { expect, it } from 'vitest';
import { DISPATCH_WIDTH } from '../../../renderer/wgsl/work.ts';
import { kernelCosts, type Work } from '../../../scripts/bench/kernel-costs.ts';
import { PLAIN_LIMITS } from '../../../src/backends/webgpu/adapters.ts';
import { fieldKernelTexts } from '../../../src/backends/webgpu/field-kernels.ts';
import { fieldSizes } from '../../../src/backends/webgpu/field-plan.ts';
import { networkKernelTexts, type NetworkFieldSpec } from '../../../src/backends/webgpu/network/network-module.ts';
import { fieldFixture } from '../../helpers/field-fixtures.ts';

const work: Work = {
  voxels: 1000,
  occupied: 300,
  rays: 100,
  evaluations: 9000,
  densitySamples: 6000,
  samples: 3000,
  touchedVoxels: 2000,
  maxSteps: 500,
  width: 128,
  views: 27,
  firing: 0.1,
};

it.each(['lif', 'relu'])('every kernel of a step, %s', (neuron) => {
  const { spec } = fieldFixture({ network: { neuron } });
  const sizes = fieldSizes(spec, { voxels: 1000, trainRays: 64 }, ({ most }) => most);
  const names = [
    ...[...fieldKernelTexts(sizes, { withRows: false, ranged: false, subgroups: false, dispatchWidth: DISPATCH_WIDTH }).values()].map(
      ({ text }) => text.name,
    ),
    ...(['rendering', 'training'] as const).flatMap((use) =>
      networkKernelTexts(spec as NetworkFieldSpec, PLAIN_LIMITS, use).map(({ name }) => name),
    ),
  ];
  const costs = kernelCosts(work);
  expect([...new Set(names)].sort()).toEqual(Object.keys(costs).sort());
  for (const { operations, bytes } of Object.values(costs)) {
    expect(operations).toBeGreaterThanOrEqual(0);
    expect(bytes).toBeGreaterThan(0);
  }
});
