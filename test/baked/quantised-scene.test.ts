/** Baked scenes of quantised networks: weights come back as the kernels saw them, in as many bytes as are reported. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { PRELUDE_BYTES } from '../../src/baked/baked-scene.ts';
import { decodeScene } from '../../src/baked/decode-scene.ts';
import { encodeScene } from '../../src/baked/encode-scene.ts';
import { encodeNetwork } from '../../src/baked/network-section.ts';
import { bitReport } from '../../src/energy/bit-report.ts';
import { emptyCounts } from '../../src/engine/counts.ts';
import { meanSquaredError, psnrOf } from '../../src/math/image-metrics.ts';
import type { NetworkSpec } from '../../src/model/field-spec.ts';
import { quantisedLayers, seenWeights, tensorsAtStart } from '../../src/model/quantised-layers.ts';
import { codedLayers } from '../../src/model/stored-codes.ts';
import type { TensorName } from '../../src/model/tensor-names.ts';
import { measureState } from '../../src/quantisers/quantiser.ts';
import { subBit } from '../../src/quantisers/sub-bit.ts';
import { ABOUT, fieldOf, joined, render, sparseFixture } from '../helpers/baked-fixtures.ts';
import type { FieldFixture } from '../helpers/field-fixtures.ts';

test('weights below one bit are signs out of a codebook, in so many bytes, and draw what the raw ones do', async () => {
  const plain = sparseFixture();
  const whole = sparseFixture({ network: { quantiser: ['sub-bit', 'sub-bit', null] } });
  const layers = quantisedLayers(whole.spec);
  for (const { weight, shape, states } of layers)
    for (const { name, key } of states)
      whole.tensors[name] = measureState(subBit.states[key], whole.tensors[weight]!, Float32Array.of(NaN), shape);
  const file = joined(await encodeScene(fieldOf(whole), ABOUT, 7));
  const scene = await decodeScene(file, 'a.spikeray');
  for (const name of ['q1.code', 'q1.scale', 'q2.code', 'q2.scale', 'w3'])
    expect(await scene.read(name), name).toEqual(whole.tensors[name]);
  const seen = await seenWeights(whole.spec, async (name) => whole.tensors[name]!);
  expect(await scene.read('w2')).toEqual(seen.get('w2'));
  const floats = layers.reduce((sum, { shape: [inputs, outputs] }) => sum + inputs * outputs, 0);
  expect(joined(await encodeScene(fieldOf(plain), ABOUT, 7)).length - file.length).toBeGreaterThan(2.5 * floats);
  const [expected, found] = [await render(fieldOf(whole), whole), await render(scene, whole)];
  expect(psnrOf(meanSquaredError(found.rgb, expected.rgb))).toBeGreaterThan(30);
  await expect(encodeScene(fieldOf({ ...whole, tensors: { ...whole.tensors, 'q1.code': whole.tensors.w1 } }), ABOUT, 7)).rejects.toThrow(
    /q1\.code/,
  );
});

/** A field whose quantisers begin with its weights. @param bits of learned ones */
function quantisedFixture(quantiser: NetworkSpec['quantiser'], bits: readonly number[] = []): FieldFixture {
  const whole = sparseFixture({ network: { neuron: 'lif', quantiser } });
  quantisedLayers(whole.spec).forEach((layer, i) => {
    // Some of their numbers are exactly 0, above and below it.
    const weights = whole.tensors[layer.weight]!.map((value, at) => (at % 11 < 2 ? (at % 11 ? 0 : -0) : value));
    for (const [name, values] of tensorsAtStart(layer, weights)) whole.tensors[name] = values;
    if (`q${i + 1}.bits` in whole.tensors) whole.tensors[`q${i + 1}.bits`] = Float32Array.of(bits[i] / 0.2);
  });
  return whole;
}

const QUANTISED: [NetworkSpec['quantiser'], number[]?][] = [
  [['three-bit-rows', 'ternary-rows', 'six-bit-rows']],
  [['two-bit-rows', 'hadamard', 'four-bit-rows']],
  ['learned-bits', [1, 2, 3]],
  ['learned-bits', [5, 8, 4]],
  [['learned-bits', 'sub-bit', null], [3]],
];

test.each(QUANTISED)(
  'weights of few bits come back as the kernels saw them, in the bytes of the report: %j %j',
  async (quantiser, bits) => {
    const whole = quantisedFixture(quantiser, bits);
    const { spec, tensors } = whole;
    const read = async (name: TensorName) => tensors[name]!;
    const scene = await decodeScene(joined(await encodeScene(fieldOf(whole), ABOUT, 7)), 'a.spikeray');
    const [wanted, found] = [await seenWeights(spec, read), await seenWeights(spec, (name) => scene.read(name))];
    for (const [name, values] of wanted) {
      // Of zero the sign as well.
      expect(new Uint32Array(found.get(name)!.buffer), name).toEqual(new Uint32Array(values.buffer));
      expect((await scene.read(name)).map(Math.fround), name).toEqual(values);
    }
    expect(new Set(wanted.get('w2')).size).toBeGreaterThan(1);
    const sections = await encodeNetwork(spec, codedLayers(spec), read);
    const report = await bitReport(spec, read, emptyCounts(), 1);
    expect(report!.weightBytes).toBe(sections.reduce((sum, { length }) => sum + length, 0));
    expect((await render(scene, whole)).samples.some((count) => count > 0)).toBe(true);
  },
);

/** The file as version 2 had it, with another network section at its end. */
function asVersion2(file: Uint8Array<ArrayBuffer>, more: object, before: number, network: Uint8Array): Uint8Array<ArrayBuffer> {
  const content = gunzipSync(file.subarray(PRELUDE_BYTES));
  const end = 4 + content.readUInt32LE(0);
  const json = Buffer.from(JSON.stringify({ ...(JSON.parse(content.toString('utf8', 4, end)) as object), ...more }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const prelude = Buffer.from(file.subarray(0, PRELUDE_BYTES));
  prelude.writeUInt32LE(2, 4);
  const changed = Buffer.concat([length, json, content.subarray(end, content.length - before), network]);
  return joined([prelude, gzipSync(changed)]);
}

test.each([
  ['numbers', {}, false],
  ['signs packed, rows as numbers', { packedSigns: true }, true],
] as const)('files of version 2 are read: %s', async (_, more, packs) => {
  const whole = quantisedFixture(['two-bit-rows', 'hadamard', 'six-bit-rows']);
  const read = async (name: TensorName) => whole.tensors[name]!;
  const layers = codedLayers(whole.spec);
  const now = joined(await encodeNetwork(whole.spec, layers, read));
  const signs = packs ? layers.filter(({ name }) => name === 'q2.code') : [];
  const then = joined(await encodeNetwork(whole.spec, signs, read));
  const scene = await decodeScene(asVersion2(joined(await encodeScene(fieldOf(whole), ABOUT, 7)), more, now.length, then), 'old');
  expect(await scene.read('w1')).toEqual(whole.tensors.w1);
  expect(await seenWeights(whole.spec, (name) => scene.read(name))).toEqual(await seenWeights(whole.spec, read));
});

test.each([
  ['codes beyond three values', ['ternary-rows', null, null], 'q1.code has other values than the codes of ternary-rows', 0xff],
  ['codes beyond learned bits', ['learned-bits', null, null], 'q1.code has other values than the codes of learned-bits', 0xff],
  ['codes times nothing', [null, null, 'two-bit-rows'], 'tensor w3 has values that are not finite', 0],
] as const)('%s are refused, though the checksum is right', async (_, quantiser, reason, byte) => {
  const whole = quantisedFixture([...quantiser], [3]);
  const file = joined(await encodeScene(fieldOf(whole), ABOUT, 7));
  const content = gunzipSync(file.subarray(PRELUDE_BYTES));
  // Codes come last, the steps of the outputs before them.
  content.fill(byte, content.length - 24);
  await expect(decodeScene(joined([file.subarray(0, PRELUDE_BYTES), gzipSync(content)]), 'hostile')).rejects.toThrow(
    `hostile: damaged: its ${reason}`,
  );
});
