/** Every variant of every WGSL kernel, compiled by Dawn without a GPU, within the limits that the least GPU has. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createKernel, type KernelText } from '../../../renderer/wgsl/kernel.ts';
import { gridDensity, marchCount } from '../../../renderer/wgsl/march.ts';
import { NO_TERMS } from '../../../renderer/wgsl/network/shape.ts';
import { densePoints } from '../../../renderer/wgsl/points.ts';
import { createTable } from '../../../renderer/wgsl/tables.ts';
import { DISPATCH_WIDTH } from '../../../renderer/wgsl/work.ts';
import type { WebgpuDevice } from '../../../src/backends/webgpu/device.ts';
import { fieldKernelTexts } from '../../../src/backends/webgpu/field-kernels.ts';
import { networkKernelTexts, type NetworkFieldSpec } from '../../../src/backends/webgpu/network/network-module.ts';
import { teacherKernelTexts } from '../../../src/backends/webgpu/network/teacher.ts';
import { fieldSizes } from '../../../src/backends/webgpu/field-plan.ts';
import { builtInNeurons } from '../../../src/neurons/index.ts';
import { SURROGATE_NAMES } from '../../../src/neurons/surrogates.ts';
import type { NetworkSpec } from '../../../src/model/field-spec.ts';
import { bricksSpec } from '../../../src/model/representations/bricks.ts';
import { representationOf } from '../../../src/model/representations/index.ts';
import { vmSpec } from '../../../src/model/representations/vm.ts';
import { fieldFixture } from '../../helpers/field-fixtures.ts';
import { openNullDevice } from '../../helpers/test-adapter.ts';

let owner: WebgpuDevice;
/** Stands for all of them: bindings are checked, contents are not. */
let buffer: GPUBuffer;
let table: GPUTexture;
beforeAll(async () => {
  owner = await openNullDevice({ plain: true });
  buffer = owner.device.createBuffer({ size: 1024, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM });
  table = createTable(owner.device, 'table', 1);
});

/** Rejects with Dawn's message if it is wrong. */
async function compile(text: KernelText): Promise<void> {
  const buffers = Object.fromEntries(Object.keys(text.buffers).map((name) => [name, buffer]));
  const tables = Object.fromEntries((text.tables ?? []).map((name) => [name, table]));
  await owner.run(`compiling ${text.name}`, () => createKernel(owner.device, text, buffers, tables));
}

describe('kernels of a field', () => {
  const { spec } = fieldFixture({ network: null });
  const withNetwork = fieldFixture().spec;
  const space = { kind: 'unbounded', centre: [0, 0, 0], radius: 1 } as const;
  it.each([
    ['without a network', spec, false],
    ['with a network', withNetwork, false],
    ['with a network that counts gaps', withNetwork, true],
    ['in contracted space', { ...withNetwork, space }, false],
    ['in bricks', { ...withNetwork, representation: bricksSpec(12, 1) }, true],
    ['in bricks, without a network, in contracted space', { ...spec, representation: bricksSpec(3, 1), space }, false],
    ['of factors', { ...withNetwork, representation: vmSpec(27) }, true],
    ['of factors without a network, in contracted space', { ...spec, representation: vmSpec(3, [4, 8, 12], [8, 4, 16]), space }, false],
  ] as const)('%s', async (_, variant, withRows) => {
    const { kind } = variant.representation;
    const bindings = kind === 'vm' ? [16_000] : [16_000, 8000, 4000];
    // Of bricks as many as make a thousand points with the one that stands for the others.
    const room = kind === 'bricks' ? { fieldFloats: 14 * (1 + representationOf(variant).features) * 64 } : {};
    const formats = bindings.flatMap((bindingBytes) => [false, true].map((half) => ({ bindingBytes, half })));
    for (const [trainRays, format] of [0, 64].flatMap((rays) => formats.map((each) => [rays, each] as const))) {
      const sizes = fieldSizes(variant, { voxels: 1000, ...room, trainRays, totalVariation: 'everywhere' }, ({ most }) => most, format);
      const texts = [
        ...fieldKernelTexts(sizes, { withRows, ranged: false, subgroups: false, dispatchWidth: DISPATCH_WIDTH }),
        ...sizes.representation.stages(sizes, DISPATCH_WIDTH).gradients.map((stage, i) => [`gradients${i}`, stage] as const),
      ];
      expect(texts.length).toBeGreaterThan(8);
      for (const [, { text }] of texts) await compile(text);
    }
  });
});

it('kernels that use subgroups, in every variant', async () => {
  const { device } = await openNullDevice();
  expect(device.features.has('subgroups')).toBe(true);
  const held = device.createBuffer({ size: 1024, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM });
  for (const withRows of [false, true])
    for (const contracted of [false, true]) {
      const text = marchCount(gridDensity(densePoints('grid')), withRows, contracted, true);
      await createKernel(device, text, Object.fromEntries(Object.keys(text.buffers).map((name) => [name, held])));
    }
});

/** Kernels of a network with these settings, for rendering and for training. */
async function compileNetwork(network: Partial<NetworkSpec>): Promise<void> {
  const { spec } = fieldFixture({ network });
  const { limits } = owner.device;
  const variants = [
    ...networkKernelTexts(spec as NetworkFieldSpec, limits, 'rendering'),
    ...[NO_TERMS, { drops: true, taught: true }].flatMap((terms) =>
      networkKernelTexts(spec as NetworkFieldSpec, limits, 'training', terms),
    ),
    ...([4, 2, 1] as const).flatMap((channels) => teacherKernelTexts(spec as NetworkFieldSpec, limits, { channels, half: false })),
  ];
  for (const text of variants) await compile(text);
}

const MODES: readonly Partial<NetworkSpec>[] = [
  { temporal: 'condense' },
  { temporal: 'condense', order: 'far-to-near' },
  { temporal: 'pad' },
  { temporal: 'pad', order: 'far-to-near' },
  { temporal: 'repeat', encoding: 'direct' },
  { temporal: 'repeat', encoding: 'poisson' },
];

describe('kernels of the colour network', () => {
  it.each(builtInNeurons.map(({ name }) => name))('%s, in every temporal mode', async (neuron) => {
    for (const mode of MODES) await compileNetwork({ neuron, ...mode });
  });

  it.each(SURROGATE_NAMES)('surrogate %s', async (surrogate) => {
    for (const neuron of ['lif', 'ternary', 'glif']) await compileNetwork({ neuron, surrogate });
  });

  it.each([16, 48, 128, 256])('%i neurons wide, with few and many view frequencies', async (width) => {
    for (const neuron of ['lif', 'relu']) for (const viewFrequencies of [0, 8]) await compileNetwork({ neuron, width, viewFrequencies });
  });
});

it('a kernel that is wrong, or wants more than the least GPU has, is refused', async () => {
  const broken = compile({
    name: 'broken',
    buffers: { x: 'write array<f32>' },
    code: '@compute @workgroup_size(64) fn main() { x[0] = 1u; }',
  });
  await expect(broken).rejects.toThrow();
  const large = compile({
    name: 'large',
    buffers: { x: 'write array<f32>' },
    code: 'var<workgroup> y: array<f32, 8192>;\n@compute @workgroup_size(64) fn main() { x[0] = y[1]; }',
  });
  await expect(large).rejects.toThrow();
});
