import { representationOf } from '../../src/model/representations/index.ts';
import { denseSpec } from '../../src/model/representations/dense.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { expect, test } from 'vitest';
import { OUTPUT_MODES, contentOf, statisticsOf } from '../../src/frames/output-modes.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { cameraRays } from '../../src/geometry/camera.ts';
import type { RenderedImage } from '../../renderer/render-image.ts';
import { energyReport } from '../../src/energy/energy-report.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { fineSpec } from '../../src/train/stage-spec.ts';

const size = { width: 24, height: 16 };
const camera: Camera = {
  camToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1],
  intrinsics: { ...size, fx: 20, fy: 20, cx: 12, cy: 8 },
};
const config = resolveConfig('blender', []);
const spec = fineSpec(config, { space: BOUNDED, near: 1, box: { min: [-1, -1, -1], max: [1, 1, 1] } }, 0);

/** The plane n.p = d through the picture, opaque everywhere. */
function planeImage(normal: readonly number[], d: number): RenderedImage {
  const pixels = size.width * size.height;
  const { origins, directions } = cameraRays(camera);
  const depth = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const along = [0, 1, 2].reduce((sum, k) => sum + normal[k] * directions[i * 3 + k], 0);
    const from = [0, 1, 2].reduce((sum, k) => sum + normal[k] * origins[i * 3 + k], 0);
    depth[i] = ((d - from) / along) * Math.hypot(...directions.subarray(i * 3, i * 3 + 3));
  }
  const samples = Uint32Array.from({ length: pixels }, (_, i) => i % 5);
  const spikes = samples.map((n) => n * 7);
  const total = samples.reduce((a, b) => a + b, 0);
  const counts = { ...emptyCounts(), rays: pixels, samples: total, timeSteps: total, activeRays: samples.filter((n) => n > 0).length };
  counts.spikes = [total * 4, total * 3];
  return {
    ...size,
    rgb: new Float32Array(pixels * 3).fill(0.5),
    depth,
    opacity: new Float32Array(pixels).fill(1),
    samples,
    spikes,
    counts,
  };
}

test('the normals of a plane are its normal, everywhere', () => {
  const normal = [0.6, 0, 0.8];
  const content = contentOf('normals', planeImage(normal, 0), camera, spec);
  if (content.kind !== 'colours') throw new Error('Normals are colours.');
  const { rgb } = content;
  const expected = normal.map((component) => Math.round((component / 2 + 0.5) * 255));
  expect(rgb).toHaveLength(size.width * size.height * 3);
  for (let i = 0; i < rgb.length; i++) expect(Math.abs(rgb[i] - expected[i % 3]), `value ${i}`).toBeLessThanOrEqual(1);
});

test('every mode gives colours, or values with a scale that fits them', () => {
  const image = planeImage([0, 0, 1], 0);
  const pixels = size.width * size.height;
  for (const mode of OUTPUT_MODES) {
    const content = contentOf(mode, image, camera, spec);
    expect(content.kind, mode).toBe(mode === 'colour' || mode === 'normals' ? 'colours' : 'values');
    if (content.kind === 'colours') expect(content.rgb, mode).toHaveLength(pixels * 3);
    else {
      expect(content.values, mode).toHaveLength(pixels);
      expect(content.scale.high, mode).toBeGreaterThan(content.scale.low);
      expect(Math.max(...content.values), mode).toBeLessThanOrEqual(content.scale.high * 1.001);
    }
  }
});

test('a field without a network has no energy to show, and says so', () => {
  expect(() => contentOf('energy', planeImage([0, 0, 1], 0), camera, { ...spec, network: null, representation: denseSpec(3) })).toThrow(
    /no colour network/,
  );
});

test('the statistics of a picture are those of the energy report', () => {
  const image = planeImage([0, 0, 1], 0);
  const { millijoulesPerImage, shareOfAnn } = energyReport(image.counts, 1, spec.network!, representationOf(spec).features);
  const found = statisticsOf(image.counts, spec);
  expect(found).toMatchObject({ millijoules: millijoulesPerImage.executed, shareOfAnn });
  expect(found.spikes).toBe(image.counts.spikes[0] + image.counts.spikes[1]);
  // The network that drew it, which in a training is not the one it ends with.
  expect(found.neuron).toBe(spec.network!.neuron);
  expect(statisticsOf(image.counts, { ...spec, network: { ...spec.network!, neuron: 'relu' } }).neuron).toBe('relu');
});
