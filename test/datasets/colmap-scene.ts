/** A small COLMAP capture on disk, binary or text. */
import { rm } from 'node:fs/promises';
import { CAPTURE_LENS, captureCameras } from '../../datasets/synth/capture-cameras.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { picture, write } from './blender-scene.ts';

export const WIDTH = 32;
export const cameras: readonly Camera[] = captureCameras(9, WIDTH, 3).map(({ camToWorld, intrinsics }) => ({
  camToWorld,
  intrinsics: { ...intrinsics, distortion: { ...CAPTURE_LENS, k3: 0 } },
}));
export const lens = cameras[0].intrinsics;

/** World to camera as COLMAP has it: quaternion (w, x, y, z) and translation. */
export function colmapPose({ camToWorld: m }: Camera): { q: number[]; t: number[] } {
  // Rows right, down, forward.
  const r = [0, 1, 2].map((row) => [0, 1, 2].map((axis) => m[axis * 4 + row] * (row === 0 ? 1 : -1)));
  const t = r.map((row) => -(row[0] * m[3] + row[1] * m[7] + row[2] * m[11]));
  // Shepperd's method: from the largest of 4w^2, 4x^2, 4y^2, 4z^2.
  const squares = [
    1 + r[0][0] + r[1][1] + r[2][2],
    1 + r[0][0] - r[1][1] - r[2][2],
    1 - r[0][0] + r[1][1] - r[2][2],
    1 - r[0][0] - r[1][1] + r[2][2],
  ];
  const most = squares.indexOf(Math.max(...squares));
  const sums = [
    [squares[0], r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]],
    [r[2][1] - r[1][2], squares[1], r[1][0] + r[0][1], r[0][2] + r[2][0]],
    [r[0][2] - r[2][0], r[1][0] + r[0][1], squares[2], r[2][1] + r[1][2]],
    [r[1][0] - r[0][1], r[0][2] + r[2][0], r[2][1] + r[1][2], squares[3]],
  ];
  return { q: sums[most].map((value) => value / (2 * Math.sqrt(squares[most]))), t };
}

/** Little-endian numbers one after the other. */
export class Bytes {
  private readonly parts: number[] = [];

  put(type: 'u8' | 'u32' | 'u64' | 'f64', ...values: number[]): this {
    for (const value of values) {
      const view = new DataView(new ArrayBuffer({ u8: 1, u32: 4, u64: 8, f64: 8 }[type]));
      if (type === 'u8') view.setUint8(0, value);
      else if (type === 'u32') view.setUint32(0, value, true);
      else if (type === 'u64') view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
      else view.setFloat64(0, value, true);
      this.parts.push(...new Uint8Array(view.buffer));
    }
    return this;
  }

  text(value: string): this {
    this.parts.push(...new TextEncoder().encode(value), 0);
    return this;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.parts);
  }
}

export const OPENCV = [lens.fx, lens.fy, lens.cx, lens.cy, CAPTURE_LENS.k1, CAPTURE_LENS.k2, CAPTURE_LENS.p1, CAPTURE_LENS.p2];
export const points = Array.from({ length: 60 }, (_, i) => [Math.sin(i) * 0.9, Math.cos(i * 1.3) * 0.8, Math.sin(i * 2.1) * 0.7]);

export const name = (i: number): string => `left side/photo ${i}.jpg`;

export function cameraBytes(model = 4, parameters = OPENCV, width = WIDTH): Bytes {
  return new Bytes()
    .put('u64', 1)
    .put('u32', 7, model)
    .put('u64', width, lens.height)
    .put('f64', ...parameters);
}

export function imageBytes(count = 9): Bytes {
  const out = new Bytes().put('u64', count);
  for (let i = 0; i < count; i++) {
    const { q, t } = colmapPose(cameras[i]);
    // Every other image with two observations.
    out
      .put('u32', i + 1)
      .put('f64', ...q, ...t)
      .put('u32', 7)
      .text(name(i))
      .put('u64', (i % 2) * 2);
    for (let n = 0; n < (i % 2) * 2; n++) out.put('f64', 1.5, 2.5).put('u64', -1);
  }
  return out;
}

export function pointBytes(): Bytes {
  const out = new Bytes().put('u64', points.length);
  points.forEach((p, i) =>
    out
      .put('u64', i)
      .put('f64', ...p)
      .put('u8', 1, 2, 3)
      .put('f64', 0.5)
      .put('u64', 2)
      .put('u32', 1, 2, 3, 4),
  );
  return out;
}

export async function binaryScene(folder = temporaryFolder()): Promise<string> {
  await write(folder, 'sparse/0/cameras.bin', cameraBytes().bytes);
  await write(folder, 'sparse/0/images.bin', imageBytes().bytes);
  await write(folder, 'sparse/0/points3D.bin', pointBytes().bytes);
  for (let i = 0; i < 9; i++) await write(folder, `images/left side/photo ${i}.png`, await picture(WIDTH, lens.height, i, true));
  return folder;
}

export async function textScene(): Promise<string> {
  const folder = await binaryScene();
  await rm(`${folder}/sparse`, { recursive: true });
  await write(folder, 'sparse/cameras.txt', `# Camera list\n7 OPENCV ${WIDTH} ${lens.height} ${OPENCV.join(' ')}\n`);
  const lines = cameras.map((camera, i) => {
    const { q, t } = colmapPose(camera);
    return `${i + 1} ${[...q, ...t].join(' ')} 7 ${name(i)}\n${i % 2 === 0 ? '' : '1.5 2.5 -1 3.5 4.5 12'}\n`;
  });
  await write(folder, 'sparse/images.txt', `# Image list with two lines of data per image:\n${lines.join('')}`);
  await write(folder, 'sparse/points3D.txt', points.map((p, i) => `${i} ${p.join(' ')} 1 2 3 0.5 1 2 3 4\n`).join(''));
  return folder;
}
