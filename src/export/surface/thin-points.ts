/** Points of the surfaces that views show, one at most in each cube of space: the one that was seen most nearly from before it. */
import { surfaceOf } from '../../../renderer/surface.ts';
import type { Frame } from '../exporter.ts';
import type { ColouredSurface } from './mesh.ts';

/** Cosine between normal and ray: flatter ones are edges, where a depth lies between two things. */
const LEAST_FACING = 0.25;

interface Point {
  readonly facing: number;
  /** Position, normal, colour. */
  readonly values: Float32Array;
}

export class PointThinner {
  private readonly spacing: number;
  private readonly points = new Map<number, Point>();

  /** @param spacing metres of the cubes */
  constructor(spacing: number) {
    this.spacing = spacing;
  }

  add({ camera, image }: Frame): void {
    const { points, normals } = surfaceOf(image, camera);
    const { camToWorld: m } = camera;
    for (let i = 0; i < points.length; i += 3) {
      const away = [points[i] - m[3], points[i + 1] - m[7], points[i + 2] - m[11]];
      const facing = -(normals[i] * away[0] + normals[i + 1] * away[1] + normals[i + 2] * away[2]) / Math.hypot(...away);
      if (!(facing > LEAST_FACING)) continue;
      const key = cubeOf(points[i] / this.spacing, points[i + 1] / this.spacing, points[i + 2] / this.spacing);
      if ((this.points.get(key)?.facing ?? 0) >= facing) continue;
      const values = Float32Array.of(...points.subarray(i, i + 3), ...normals.subarray(i, i + 3), ...image.rgb.subarray(i, i + 3));
      this.points.set(key, { facing, values });
    }
  }

  finish(): ColouredSurface {
    const all = [...this.points.values()];
    const take = (first: number): Float32Array => {
      const out = new Float32Array(all.length * 3);
      all.forEach(({ values }, i) => out.set(values.subarray(first, first + 3), i * 3));
      return out;
    };
    const colours = Uint8Array.from(take(6), (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
    return { positions: take(0), normals: take(3), colours, triangles: null };
  }
}

/** A number of its own for each cube within 65 536 of the origin along each axis; farther ones share. */
function cubeOf(...at: readonly number[]): number {
  return at.reduce((key, value) => key * 2 ** 17 + Math.min(2 ** 17 - 1, Math.max(0, Math.floor(value) + 2 ** 16)), 0);
}
