/** Small Blender scenes on disk, made to be broken. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { openScene, type OpenOptions } from '../../datasets/index.ts';
import type { SceneData, SplitName } from '../../datasets/scene-data.ts';
import { cameraOnSphere } from '../../datasets/synth/synthetic-cameras.ts';
import { sharpCodec } from '../../src/node/image-codec.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { InputError } from '../../src/base/errors.ts';

export const ANGLE = 0.7;

export interface Frame {
  file_path: unknown;
  transform_matrix: unknown;
  [key: string]: unknown;
}

export interface Transforms {
  camera_angle_x?: unknown;
  frames: Frame[];
}

/** 4 rows of 4 numbers. */
export function rows(matrix: ArrayLike<number>): number[][] {
  return [0, 4, 8, 12].map((start) => Array.from({ length: 4 }, (_, i) => matrix[start + i]));
}

/** Transforms of `count` cameras around the origin, with images PREFIX/r_0, PREFIX/r_1, ... */
export function transforms(prefix: string, count: number, turn = 0): Transforms {
  const frames = Array.from({ length: count }, (_, i) => ({
    file_path: `./${prefix}/r_${i}`,
    transform_matrix: rows(cameraOnSphere(turn + i * 1.3, 0.2 + 0.1 * i, 8).camToWorld),
  }));
  return { camera_angle_x: ANGLE, frames };
}

const pictures = new Map<string, Promise<Uint8Array>>();

/** A picture whose pixels all differ; alpha runs from 0 to 255 unless opaque. Encoded once, whoever asks. */
export function picture(width: number, height: number, seed = 0, opaque = false): Promise<Uint8Array> {
  const key = [width, height, seed, opaque].join();
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < rgba.length; i++) rgba[i] = i % 4 === 3 && opaque ? 255 : (i * 37 + seed * 101) % 256;
  const encoded = pictures.get(key) ?? sharpCodec.encodePng({ width, height, channels: 4, data: rgba });
  pictures.set(key, encoded);
  return encoded;
}

export async function write(folder: string, name: string, content: string | Uint8Array | object): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const plain = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, plain ? content : JSON.stringify(content));
}

/** Writes transforms_SPLIT.json and 8x8 images of `count` views. */
export async function writeSplit(folder: string, split: SplitName, count: number, turn = 0): Promise<Transforms> {
  const content = transforms(split, count, turn);
  await write(folder, `transforms_${split}.json`, content);
  for (let i = 0; i < count; i++) await write(folder, `${split}/r_${i}.png`, await picture(8, 8, i));
  return content;
}

export function open(folder: string, options: Partial<OpenOptions> & { readonly format?: string } = {}): Promise<SceneData> {
  return openScene(folder, { files: nodeFiles, images: sharpCodec, ...options });
}

/** The InputError a promise has to end in; its message and fix as one text. */
export async function inputError(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message, fix, exitCode } = error as InputError;
  expect(exitCode).toBe(2);
  expect(fix, 'every error says how to mend it').toBeTruthy();
  return `${message}\n${fix}`;
}
