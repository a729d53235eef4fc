import { expect, test } from 'vitest';
import { evenScale } from '../../src/math/value-scale.ts';
import type { FrameSource, WantedPicture } from '../../src/frames/frame-source.ts';
import { drawInBands } from '../../src/frames/join-bands.ts';

const size = { width: 400, height: 500 };
const picture: WantedPicture = {
  camera: { camToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], intrinsics: { ...size, fx: 300, fy: 300, cx: 200, cy: 250 } },
  output: 'samples',
  background: [1, 1, 1],
  crop: null,
};

/** The value of a pixel is its place across plus that down, from the middle of the whole picture. */
const source: Pick<FrameSource, 'draw'> = {
  draw: async ({ picture: { camera, output }, target }) => {
    const { width, height, cx, cy } = camera.intrinsics;
    const values = Float32Array.from({ length: width * height }, (_, i) => (i % width) - cx + Math.floor(i / width) - cy);
    const statistics = { rays: 0, samples: 0, spikes: 0, neuron: null, millijoules: null, shareOfAnn: null };
    target.take({
      ...{ width, height, scale: 1, output, statistics, seconds: 0, step: 0, metresPerUnit: 1 },
      content: { kind: 'values', values, scale: evenScale(0, 1) },
      depth: new Uint16Array(values.length),
      opacity: new Uint8Array(values.length).fill(7),
    });
  },
};

test('bands make the picture that one drawing would, and tell how far it is', async () => {
  const shares: number[] = [];
  const { signal } = new AbortController();
  const progress = (share: number): void => void shares.push(share);
  const { content, opacity } = await drawInBands(source, picture, { layer: 'a', signal, progress });
  if (content.kind !== 'values') throw new Error('expected values');
  expect(content.values.every((value, i) => value === (i % 400) - 200 + Math.floor(i / 400) - 250)).toBe(true);
  expect(opacity.every((value) => value === 7)).toBe(true);
  expect(shares.length, 'several bands').toBeGreaterThan(3);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  expect(content.scale.high, 'a scale for all bands').toBeGreaterThan(400);
});

test('a picture that is given up is not drawn on', async () => {
  const abort = new AbortController();
  const progress = (share: number): void => {
    if (share > 0) abort.abort();
  };
  await expect(drawInBands(source, picture, { layer: 'a', signal: abort.signal, progress })).rejects.toThrow(/abort/);
});
