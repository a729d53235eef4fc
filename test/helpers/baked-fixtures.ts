/** Fields to be baked, and what is said of them. */
import { createWasmBackend } from '../../src/backends/wasm/launch-node.ts';
import type { SceneAbout } from '../../src/baked/baked-scene.ts';
import type { RenderedRays } from '../../src/engine/backend.ts';
import { openField, type StoredField } from '../../src/eval/open-field.ts';
import type { TensorName } from '../../src/model/tensor-names.ts';
import { fieldFixture, type FieldFixture } from './field-fixtures.ts';

const SETTINGS = { background: [1, 0.5, 0] as const, noiseSeed: 3 };

export const ABOUT: SceneAbout = {
  name: 'lego/spiking',
  created: '2026-01-02T03:04:05Z',
  scene: { name: 'lego', format: 'blender', fingerprint: 'f' },
  neuron: 'lif',
  trained: { stage: 'fine', step: 2500 },
  quality: {
    split: 'test',
    psnr: 31.5,
    ssim: 0.95,
    firingRates: [0.1, 0.2],
    millijoules: 3,
    nanojoulesPerPixel: 75,
    shareOfAnn: { published: 0.3, executed: 0.1, skipping: 0.5 },
  },
  background: [1, 1, 1],
  cameras: {
    views: [
      {
        split: 'train',
        index: 0,
        name: 'r_0',
        camToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1],
        intrinsics: { width: 8, height: 6, fx: 9, fy: 9, cx: 4, cy: 3 },
      },
    ],
    centre: [0, 0, 0],
    up: [0, 0, 1],
    forwardFacing: false,
    frame: null,
    problem: null,
  },
};

/** A fixture as a field that can be baked or opened. */
export function fieldOf({ spec, tensors, occupancy }: FieldFixture): StoredField {
  return { spec, read: async (name: TensorName) => tensors[name]!.slice(), readOccupancy: async () => occupancy.slice() };
}

export async function render(field: StoredField, { batch }: FieldFixture): Promise<RenderedRays> {
  const engine = await openField(await createWasmBackend({ threads: 1 }), field);
  const rendered = await engine.renderRays(batch, SETTINGS);
  await engine.dispose();
  return rendered;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** Half of the points far below the threshold, so that some are left out. */
export function sparseFixture(network?: Parameters<typeof fieldFixture>[0]): FieldFixture {
  const fixture = fieldFixture({ size: [24, 20, 18], rays: 400, ...network });
  const { density } = fixture.tensors;
  const [nx] = fixture.spec.grid.size;
  for (let i = 0; i < density!.length; i++) if (i % nx < nx / 2) density![i] -= 30;
  return fixture;
}
