/** Films: with an ffmpeg that is there, without one, and with one that fails. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { filmEncoder } from '../../src/node/film.ts';
import type { PixelBuffer } from '../../src/io/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'spikeray-film-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const installed = !(spawnSync('ffmpeg', ['-version']).error || spawnSync('ffprobe', ['-version']).error);

/** Another colour each. */
function framesOf(count: number, width: number, height: number): PixelBuffer[] {
  return Array.from({ length: count }, (_, i) => {
    const data = new Uint8Array(width * height * 3);
    for (let at = 0; at < data.length; at += 3) data.set([40 + 60 * i, 200 - 50 * i, 90], at);
    return { data, width, height, channels: 3 as const };
  });
}

/** A program of that name, alone on the PATH with those of the system. */
function pretend(script: string): void {
  const place = mkdtempSync(join(folder, 'bin-'));
  writeFileSync(join(place, 'ffmpeg'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place, 'ffmpeg'), 0o755);
  vi.stubEnv('PATH', `${place}:/usr/bin:/bin`);
}

const ENCODERS = 'case "$*" in *-encoders*) echo " V..... libx264 H.264"; exit 0;; esac';

it('is refused where there is no ffmpeg', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  vi.stubEnv('PATH', empty);
  await expect(filmEncoder('mp4')).rejects.toThrow(/needs ffmpeg.*no program of that name on the PATH/);
});

it('is refused where ffmpeg has no encoder for it', async () => {
  pretend(ENCODERS);
  await expect(filmEncoder('webm')).rejects.toThrow(/no encoder libvpx-vp9/);
});

it('gives ffmpeg every frame, whole and in order', async () => {
  pretend(`${ENCODERS}\nfor last; do :; done\ncat > "\${last#file:}"`);
  const file = join(folder, 'piped');
  const frames = framesOf(3, 6, 4);
  await (await filmEncoder('mp4')).encode(frames, 24, file);
  expect(readFileSync(file)).toEqual(Buffer.concat(frames.map(({ data }) => data)));
});

it('says what ffmpeg says when it fails, also when it reads no frame', async () => {
  pretend(`${ENCODERS}\necho "Conversion failed!" >&2\nexit 3`);
  await expect((await filmEncoder('mp4')).encode(framesOf(40, 200, 100), 24, join(folder, 'failed.mp4'))).rejects.toThrow(
    /made no film: Conversion failed!/,
  );
  expect(existsSync(join(folder, 'failed.mp4'))).toBe(false);
});

it.skipIf(!installed).each(['mp4', 'webm'] as const)('a real one makes a film of it: %s', async (format) => {
  const file = join(folder, `film.${format}`);
  // Odd: the last column is left out.
  await (await filmEncoder(format)).encode(framesOf(3, 33, 24), 10, file);
  const entries = 'stream=width,height,nb_read_frames,r_frame_rate,color_space,pix_fmt';
  const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', file]);
  expect((JSON.parse(String(stdout)) as { streams: unknown[] }).streams).toEqual([
    expect.objectContaining({ width: 32, height: 24, nb_read_frames: '3', r_frame_rate: '10/1', color_space: 'bt709', pix_fmt: 'yuv420p' }),
  ]);
  const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']).stdout;
  const pixels = 32 * 24 * 3;
  for (const i of [0, 1, 2]) {
    const middle = i * pixels + (12 * 32 + 16) * 3;
    const off = [40 + 60 * i, 200 - 50 * i, 90].map((value, channel) => Math.abs(value - decoded[middle + channel]));
    expect(Math.max(...off), `frame ${i}`).toBeLessThan(8);
  }
});
