/**
 * The surface that a rendered view shows: where the depths of its rays lie, and the normals of the depth image,
 *
 *     n = (dp/dx x dp/dy) / |dp/dx x dp/dy|
 *
 * with one-sided differences towards the neighbour of more equal depth, so that silhouettes stay sharp. Where the view sees through (opacity at most
 * one half) there is no surface.
 */
import { cameraRays, type Camera } from '../src/geometry/camera.ts';
import type { RenderedImage } from './render-image.ts';

type DepthImage = Pick<RenderedImage, 'width' | 'height' | 'depth' | 'opacity'>;

export interface Surface {
  /** [height,width,3] world */
  readonly points: Float64Array;
  /** [height,width,3] world, towards the camera; of length 1, or 0 where there is no surface or no neighbour on it */
  readonly normals: Float64Array;
}

export const isSurface = (opacity: number): boolean => opacity > 0.5;

export function surfaceOf(image: DepthImage, camera: Camera): Surface {
  const { width, height, depth, opacity } = image;
  const points = pointsOf(depth, camera);
  const normals = new Float64Array(points.length);
  const across = new Float64Array(3);
  const down = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      if (!isSurface(opacity[pixel])) continue;
      difference(points, image, pixel, x > 0 ? pixel - 1 : pixel, x + 1 < width ? pixel + 1 : pixel, across);
      difference(points, image, pixel, y > 0 ? pixel - width : pixel, y + 1 < height ? pixel + width : pixel, down);
      const nx = down[1] * across[2] - down[2] * across[1];
      const ny = down[2] * across[0] - down[0] * across[2];
      const nz = down[0] * across[1] - down[1] * across[0];
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
      if (length === 0) continue;
      normals[pixel * 3] = nx / length;
      normals[pixel * 3 + 1] = ny / length;
      normals[pixel * 3 + 2] = nz / length;
    }
  }
  return { points, normals };
}

function pointsOf(depth: Float32Array, camera: Camera): Float64Array {
  const { origins, directions } = cameraRays(camera);
  const points = new Float64Array(depth.length * 3);
  for (let i = 0; i < depth.length; i++) {
    const [x, y, z] = [directions[i * 3], directions[i * 3 + 1], directions[i * 3 + 2]];
    const scale = depth[i] / Math.sqrt(x * x + y * y + z * z);
    for (let k = i * 3; k < i * 3 + 3; k++) points[k] = origins[k] + directions[k] * scale;
  }
  return points;
}

/** Writes the difference towards the neighbour of more equal depth to `out`. */
function difference(
  points: Float64Array,
  { depth, opacity }: DepthImage,
  pixel: number,
  before: number,
  after: number,
  out: Float64Array,
): void {
  const step = (other: number): number =>
    other === pixel || !isSurface(opacity[other]) ? Infinity : Math.abs(depth[other] - depth[pixel]);
  const [from, to] = step(before) < step(after) ? [before, pixel] : [pixel, after];
  for (let i = 0; i < 3; i++) out[i] = points[to * 3 + i] - points[from * 3 + i];
}
