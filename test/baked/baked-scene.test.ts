/** Baked scenes: what comes back, what may be left out, and files that nobody should trust. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { networkRenderingTensors } from '../../src/model/tensor-names.ts';
import { PRELUDE_BYTES } from '../../src/baked/baked-scene.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { encodeScene } from '../../src/baked/encode-scene.ts';
import { colouredPoints, storedPoints } from '../../src/baked/stored-points.ts';
import { InputError } from '../../src/base/errors.ts';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import { Random } from '../../src/math/random.ts';
import { refreshOccupancy } from '../../src/lattice/occupancy.ts';
import { ABOUT, fieldOf, joined, render, sparseFixture } from '../helpers/baked-fixtures.ts';
import { fieldFixture, type FieldFixture } from '../helpers/field-fixtures.ts';

let baked: Uint8Array<ArrayBuffer>;
let fixture: FieldFixture;
beforeAll(async () => {
  fixture = sparseFixture();
  baked = joined(await encodeScene(fieldOf(fixture), ABOUT, 7, [Uint8Array.of(1, 2, 3)]));
});

test('a scene comes back: all but the grids exactly, those within half a level', async () => {
  const scene = await decodeScene(baked, 'a.spikeray');
  expect(scene.about).toEqual(ABOUT);
  expect(scene.spec).toMatchObject(fixture.spec);
  expect(scene.seed).toBe(7);
  expect(scene.thumbnails).toEqual([Uint8Array.of(1, 2, 3)]);
  for (const name of networkRenderingTensors(fixture.spec)) expect(await scene.read(name), name).toEqual(fixture.tensors[name]);
  const density = fixture.tensors.density!;
  const occupancy = refreshOccupancy(fixture.spec, density, fixture.occupancy);
  expect(await scene.readOccupancy()).toEqual(occupancy);
  const stored = storedPoints(fixture.spec, density, occupancy);
  const share = stored.reduce((sum, one) => sum + one, 0) / stored.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.7);
  const coloured = colouredPoints(fixture.spec, density, stored);
  expect(coloured.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(1000);
  const [found, features] = [await scene.read('density'), await scene.read('features')];
  stored.forEach((one, point) => {
    if (one === 0) return;
    expect(Math.abs(found[point] - density[point])).toBeLessThan(0.01);
    if (coloured[point] === 1)
      for (let i = point * 12; i < point * 12 + 12; i++) expect(Math.abs(features[i] - fixture.tensors.features![i])).toBeLessThan(0.03);
  });
});

test.each([
  ['lif', {}],
  ['ternary', { network: { neuron: 'ternary' } }],
  ['relu', { network: { neuron: 'relu' } }],
  ['no network', { network: null }],
  ['Poisson encoding', { network: { temporal: 'repeat', encoding: 'poisson' } }],
] as const)('%s: a baked field looks like the whole one', async (_, options) => {
  const whole = sparseFixture(options as Parameters<typeof fieldFixture>[0]);
  const scene = await decodeScene(joined(await encodeScene(fieldOf(whole), ABOUT, 7)), 'a.spikeray');
  const [expected, found] = [await render(fieldOf(whole), whole), await render(scene, whole)];
  expect(psnrOf(meanSquaredError(found.opacity, expected.opacity))).toBeGreaterThan(60);
  expect(psnrOf(meanSquaredError(found.rgb, expected.rgb))).toBeGreaterThan(30);
  expect(expected.samples.some((count) => count > 0)).toBe(true);
});

test('what is left out changes nothing', async () => {
  const sparse = sparseFixture();
  const whole = { ...sparse, spec: { ...sparse.spec, weightThreshold: 0.6 } };
  const density = whole.tensors.density!;
  const occupancy = refreshOccupancy(whole.spec, density, whole.occupancy);
  const stored = storedPoints(whole.spec, density, occupancy);
  const changed = {
    ...whole,
    occupancy,
    tensors: { ...whole.tensors, density: density.slice(), features: whole.tensors.features!.slice() },
  };
  const coloured = colouredPoints(whole.spec, density, stored);
  expect(coloured.filter((one, point) => one < stored[point]).length, 'points with a density alone').toBeGreaterThan(50);
  stored.forEach((one, point) => {
    if (one === 0) changed.tensors.density[point] = -99;
    if (coloured[point] === 0) changed.tensors.features.fill(1e3, point * 12, point * 12 + 12);
  });
  const { rgb, opacity } = await render(fieldOf(whole), whole);
  const found = await render(fieldOf(changed), whole);
  expect(found.rgb).toEqual(rgb);
  expect(found.opacity).toEqual(opacity);
});

test.each([0, 3, 4, 7, 8, 20, 200, 0.5, 0.9, -9, -8, -1])('a file cut at %s is refused', async (at) => {
  const length = at > 0 && at < 1 ? Math.floor(baked.length * at) : at < 0 ? baked.length + at : at;
  await expect(decodeScene(baked.slice(0, length), 'cut.spikeray')).rejects.toThrow(InputError);
});

test('other files and other versions are refused', async () => {
  const version = baked.slice();
  version[4] = 9;
  await expect(decodeScene(version, 'v.spikeray')).rejects.toThrow(/v\.spikeray: has version 9; this program reads versions 2 to 3/);
  await expect(decodeScene(new TextEncoder().encode('<!doctype html>'), 'x')).rejects.toThrow(
    /expected a baked scene, found something else/,
  );
});

test('an altered byte is noticed wherever it is', async () => {
  const random = new Random(5);
  for (let round = 0; round < 200; round++) {
    const altered = baked.slice();
    // Bytes 8 to 17 of the file: gzip's own header, of which its checksum says nothing.
    const at = round < 8 ? round : PRELUDE_BYTES + 10 + Math.floor(random.float() * (baked.length - PRELUDE_BYTES - 10));
    altered[at] ^= 1 << Math.floor(random.float() * 8);
    await expect(decodeScene(altered, 'altered'), `byte ${at}`).rejects.toThrow(InputError);
  }
});

/** The content of the file, altered, in a gzip member whose checksum is right. */
function repacked(alter: (content: Buffer) => Buffer): Uint8Array<ArrayBuffer> {
  return joined([baked.subarray(0, PRELUDE_BYTES), gzipSync(alter(gunzipSync(baked.subarray(PRELUDE_BYTES))))]);
}

/** @param path of what is replaced in the head */
function withHead(path: string, value: unknown): Uint8Array<ArrayBuffer> {
  return repacked((content) => {
    const end = 4 + content.readUInt32LE(0);
    const root = { head: JSON.parse(content.toString('utf8', 4, end)) as object };
    const keys = path.split('.');
    const last = keys.pop()!;
    const place = keys.reduce((object, key) => object[key] as Record<string, unknown>, root as Record<string, unknown>);
    place[last] = value;
    const json = Buffer.from(JSON.stringify(root.head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    return Buffer.concat([length, json, content.subarray(end)]);
  });
}

test.each([
  ['a huge grid', 'head.spec.grid.size', [2 ** 20, 2 ** 20, 2 ** 20]],
  ['a grid larger than the file can hold', 'head.spec.grid.size', [640, 640, 640]],
  ['another grid', 'head.spec.grid.size', [23, 20, 18]],
  ['a broad network', 'head.spec.network.width', 256],
  ['an unknown neuron', 'head.spec.network.neuron', '__proto__'],
  ['a range without end', 'head.density', { low: 0, high: null }],
  ['a range upside down', 'head.density', { low: 1, high: 0 }],
  ['too few ranges', 'head.features', []],
  ['a huge thumbnail', 'head.thumbnails', [2 ** 50]],
  ['more thumbnails than views', 'head.thumbnails', [1, 2]],
  ['a camera that is none', 'head.about.cameras.views', [{}]],
  ['a camera that shears', 'head.about.cameras.views.0.camToWorld.1', 0.5],
  ['something besides', 'head.more', 1],
  ['nothing in it', 'head', null],
  ['densities beyond 32 bits', 'head.density', { low: -1e300, high: 1e300 }],
  ['features beyond 32 bits', 'head.features.3', { low: 0, high: 1e39 }],
  ['steps of no length', 'head.spec.stepLength', 1e-60],
  ['a billion steps', 'head.spec.stepLength', 1e-9],
  ['steps beyond everything', 'head.spec.stepLength', 1e30],
  ['an interval that 32 bits make 0', 'head.spec.interval', 1e-300],
  ['a shift beyond 32 bits', 'head.spec.densityShift', -1e300],
  ['a threshold above 1', 'head.spec.alphaThreshold', 5],
  ['a box beyond 32 bits', 'head.spec.grid.max', [1e300, 1e300, 1e300]],
  ['a box that 32 bits make flat', 'head.spec.grid', { size: [24, 20, 18], min: [1e8, 0, 0], max: [1e8 + 1, 1, 1] }],
  ['a region beyond 32 bits', 'head.spec.space', { kind: 'unbounded', centre: [1e300, 0, 0], radius: 1 }],
  ['a region of no size', 'head.spec.space', { kind: 'unbounded', centre: [0, 0, 0], radius: 1e-300 }],
  ['a neuron without its threshold', 'head.spec.network.neuronParameters', { threshold: -5 }],
  ['a parameter that no neuron has', 'head.spec.network.neuronParameters', { constructor: 1 }],
  ['an unknown quantiser', 'head.spec.network.quantiser', 'constructor'],
  ['an unknown kind of layer', 'head.spec.network.layers', [{ kind: '__proto__', width: 64 }]],
  ['a seed beyond all seeds', 'head.seed', 2 ** 40],
  ['a background that is no colour', 'head.about.background', [1e30, -5, 0]],
  ['photos of a petapixel', 'head.about.cameras.views.0.intrinsics.width', 2 ** 40],
  ['a focal length of nothing', 'head.about.cameras.views.0.intrinsics.fx', 1e-300],
  ['no up', 'head.about.cameras.up', [0, 0, 0]],
  ['a camera beyond 32 bits', 'head.about.cameras.views.0.camToWorld.3', 1e300],
])('a head with %s is refused', async (_, path, value) => {
  const refused = decodeScene(withHead(path, value), 'hostile');
  await expect(refused).rejects.toThrow(InputError);
  await expect(refused).rejects.toThrow(/^hostile: /);
});

test.each([NaN, Infinity, -Infinity])('a network with %s in it is refused, though the checksum is right', async (value) => {
  const { length } = Buffer.from(await (await decodeScene(baked, 'a')).read('w3').then((w3) => new Uint8Array(w3.buffer)));
  // The thumbnail of three bytes comes last, the network's last layer before it.
  const altered = repacked((content) => {
    content.writeFloatLE(value, content.length - 3 - length);
    return content;
  });
  await expect(decodeScene(altered, 'hostile')).rejects.toThrow(/hostile: damaged: its tensor w3 has values that are not finite/);
});

test('whatever a well-packed file holds, it is read or refused', async () => {
  const random = new Random(11);
  let refused = 0;
  for (let round = 0; round < 150; round++) {
    const bytes = repacked((content) => {
      const reach = random.float() < 0.5 ? 3000 : content.length;
      for (let n = 0; n < 4; n++) content[Math.floor(random.float() * Math.min(reach, content.length))] = Math.floor(random.float() * 256);
      return random.float() < 0.3 ? content.subarray(0, Math.floor(random.float() * content.length)) : content;
    });
    try {
      const scene = await decodeScene(bytes, 'fuzz');
      expect((await scene.read('density')).every(Number.isFinite)).toBe(true);
      expect((await scene.read('features')).every(Number.isFinite)).toBe(true);
    } catch (error) {
      expect(error, String((error as Error).stack)).toBeInstanceOf(InputError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(50);
  expect(refused).toBeLessThan(150);
});

const LAYERS = { hetsyn: ['hetsyn', 'hetsyn'], three: ['dense', 'dense', 'dense'] } as const;
const layersOf = (name: keyof typeof LAYERS) => LAYERS[name].map((kind) => ({ kind, width: 16 }));

test.each([
  ['network.featureFrequencies=1', { featureFrequencies: 1 }],
  ['network.learnRepeats', { temporal: 'repeat', repeats: 2, learnRepeats: true }],
  ['hetsyn 16, hetsyn 16', { layers: layersOf('hetsyn') }],
  ['dense 16, dense 16, dense 16', { layers: layersOf('three') }],
] as const)('a field that no page could draw is not baked: %s', async (reason, network) => {
  const encoded = fieldOf(fieldFixture({ network }));
  const refused = await encodeScene(encoded, ABOUT, 7).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InputError);
  expect((refused as InputError).message).toContain(reason);
  expect((refused as InputError).fix).toContain('spikeray serve');
});
