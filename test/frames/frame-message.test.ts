import { expect, test } from 'vitest';
import { decodeFrames, encodeFailure, encodeFrame } from '../../src/frames/frame-message.ts';
import type { Frame } from '../../src/frames/frame-source.ts';
import { SpikeRayError } from '../../src/base/errors.ts';

const frame = (width: number, height: number): Frame => ({
  width,
  height,
  scale: 2,
  output: 'colour',
  content: { kind: 'colours', rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 251) },
  depth: Uint16Array.from({ length: width * height }, (_, i) => i * 257),
  metresPerUnit: 1e-4,
  opacity: Uint8Array.from({ length: width * height }, (_, i) => i * 13),
  statistics: { rays: width * height, samples: 10, spikes: 20, neuron: 'lif', millijoules: 0.5, shareOfAnn: null },
  seconds: 0.25,
  step: 7,
});

const values = (width: number, height: number): Frame => ({
  ...frame(width, height),
  output: 'depth',
  content: {
    kind: 'values',
    values: Float32Array.from({ length: width * height }, (_, i) => i / 7),
    scale: { low: 0, high: 1.5, knee: null },
  },
});

/** The bytes in chunks of a given size. */
async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function all(frames: AsyncIterable<Frame>): Promise<Frame[]> {
  const found = [];
  for await (const one of frames) found.push(one);
  return found;
}

test.each([1, 3, 7, 100, 1e6])('frames come back whole from chunks of %i bytes', async (size) => {
  const sent = [frame(5, 3), values(5, 3), frame(1, 1), values(1, 1)];
  expect(await all(decodeFrames(chunked(Buffer.concat(sent.map(encodeFrame)), size)))).toEqual(sent);
});

test('a failure on the stream is thrown with its advice, after the frames before it', async () => {
  const bytes = Buffer.concat([encodeFrame(frame(2, 2)), encodeFailure('no memory', 'close something')]);
  const frames = decodeFrames(chunked(bytes, 11));
  expect((await frames.next()).value).toEqual(frame(2, 2));
  await expect(frames.next()).rejects.toMatchObject({ message: 'no memory', fix: 'close something' });
});

test('every cut inside a stream is an error, never a frame', async () => {
  for (const bytes of [encodeFrame(frame(4, 4)), encodeFrame(values(4, 4))])
    for (let end = 1; end < bytes.length; end++)
      await expect(all(decodeFrames(chunked(bytes.slice(0, end), 16))), `cut after ${end} bytes`).rejects.toThrow(SpikeRayError);
});

test.each([
  ['a head of 4 GB', Uint8Array.of(255, 255, 255, 255), /head of 4294967295 bytes/],
  ['a head that is no JSON', Uint8Array.of(4, 0, 0, 0, 1, 2, 3, 4), /not JSON/],
  ['a frame of absurd size', encodeFrame({ ...frame(1, 1), width: 1e6, height: 1e6 }), /1000000x1000000/],
])('%s is refused before anything is allocated', async (_, bytes, message) => {
  await expect(all(decodeFrames(chunked(bytes, 64)))).rejects.toThrow(message);
});
