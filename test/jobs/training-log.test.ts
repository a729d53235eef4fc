/** Event files as TensorBoard defines them: records with right checksums, whose messages hold what was said; read back by TensorBoard's own package (`npm run test:peers`). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crc32c } from '../../src/io/crc32c.ts';
import { summaryRecord, versionRecord } from '../../src/io/event-file.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import type { View } from '../../datasets/scene-data.ts';
import { StorageError } from '../../src/base/errors.ts';
import { TrainingLog } from '../../src/jobs/training-log.ts';
import { askPeer, peerHas } from '../helpers/python-peer.ts';
import { leastConfig } from '../train/tiny-scene.ts';

it('CRC-32C is that of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const bytes = Buffer.concat([
  versionRecord(1000.5),
  summaryRecord(1001, 300, [
    { tag: 'train/loss', kind: 'scalar', value: 0.25 },
    { tag: 'rates', kind: 'histogram', values: [0, 0.5, 0.5, 1] },
    { tag: 'view', kind: 'image', png: PNG, width: 1, height: 1 },
  ]),
  summaryRecord(1002, 70_000, [{ tag: 'train/loss', kind: 'scalar', value: 0.125 }]),
]);

it('records have their lengths and masked checksums', () => {
  const unmasked = (value: number): number => {
    const rotated = (value - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  let at = 0;
  let records = 0;
  for (; at < bytes.length; records++) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(unmasked(bytes.readUInt32LE(at + 8))).toBe(crc32c(bytes.subarray(at, at + 8)));
    expect(unmasked(bytes.readUInt32LE(at + 12 + length))).toBe(crc32c(bytes.subarray(at + 12, at + 12 + length)));
    at += 16 + length;
  }
  expect([records, at]).toEqual([3, bytes.length]);
  expect(bytes.includes('brain.Event:2')).toBe(true);
});

it('a training ends when its last record is written, and with what hindered that', async () => {
  let turns = (): void => undefined;
  const disk = new Promise<void>((resolve) => (turns = resolve));
  const written: number[] = [];
  const view = { name: 'a' } as View;
  const options = { config: leastConfig(), view, codec: { encodePng: () => Promise.resolve(PNG) }, now: () => 0 };
  const slow = new TrainingLog({ ...options, append: (record) => disk.then(() => void written.push(record.length)) });
  let over = false;
  const finished = slow.finish().then(() => (over = true));
  await new Promise(setImmediate);
  expect(over).toBe(false);
  turns();
  await finished;
  expect(written).toHaveLength(1);
  const full = new TrainingLog({ ...options, append: () => Promise.reject(new StorageError('the disk is full', 'Make room.')) });
  await expect(full.finish()).rejects.toThrow('the disk is full');
});

it.runIf(peerHas('tensorboard'))("TensorBoard's own reader finds the same", () => {
  const folder = temporaryFolder();
  const file = join(folder, 'events.out.tfevents.1000.host');
  writeFileSync(file, bytes);
  expect(readFileSync(file)).toHaveLength(bytes.length);
  const { scalars, histogram, image } = askPeer('tensorboard_events.py', { folder }) as Record<string, number[][]>;
  expect(scalars).toEqual([
    [300, 0.25, 1001],
    [70_000, 0.125, 1002],
  ]);
  expect(histogram).toEqual([0, 1, 4, 2, 1.5, 4, 30]);
  expect(image).toEqual([1, 1, PNG.length]);
});
