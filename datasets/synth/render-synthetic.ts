/**
 * Images of generated scenes. A pixel has N x N sample rays; alpha is the share of them that hit, colour the mean of the hits *as stored*
 * (tone-mapped sRGB): composited over any background the result then is the mean of what the samples would show. Visibility is always
 * computed for all samples; colour only for the four corner samples where they agree and all samples see the same part.
 */
import { pixelToPlane } from '../../src/geometry/lens.ts';
import type { Camera } from '../../src/geometry/camera.ts';
import type { Image8 } from '../../src/io/files.ts';
import { toSrgb } from '../../src/math/srgb.ts';
import { OcclusionField } from './occlusion-field.ts';
import { PartTree } from './part-tree.ts';
import { MOST_BOUNCES, shade, type Lighting } from './shade.ts';
import type { Part } from './part.ts';
import { skyRadiance } from './surroundings.ts';

/** A scene ready to be looked at. */
export interface SyntheticScene extends Lighting {
  readonly name: string;
  /** Samples a pixel along each axis. */
  readonly samples: number;
  /** Rays that hit nothing see the sky, and no pixel is transparent. */
  readonly sky: boolean;
}

const EXPOSURE = 0.8;
/** Corner samples of a pixel that differ by less than this (sum over channels, 0..1 each) stand for the others. */
const AGREE = 0.1;

/** @param surroundings what stands far around the parts, under the sky: nothing near enough to darken another; none: the parts are cut out */
export function prepareScene(name: string, parts: readonly Part[], samples: number, surroundings: readonly Part[] = []): SyntheticScene {
  const occlusion = new OcclusionField(new PartTree(parts));
  return { name, tree: new PartTree([...parts, ...surroundings]), occlusion, samples, sky: surroundings.length > 0 };
}

/** Straight-alpha sRGB image of the scene. */
export function renderSynthetic(scene: SyntheticScene, camera: Camera): Image8 {
  const { width, height } = camera.intrinsics;
  const rgba = new Uint8Array(width * height * 4);
  const pixel = new PixelSampler(scene);
  const window = screenWindow(scene.tree.bounds, camera);
  for (let row = window.top; row < window.bottom; row++) {
    for (let column = window.left; column < window.right; column++) pixel.sample(camera, column, row, rgba, (row * width + column) * 4);
  }
  return { width, height, rgba };
}

/** The part of the image that can show anything within the bounds; all of it when they reach behind the camera or the lens bends lines. */
function screenWindow(
  bounds: Float64Array,
  { camToWorld: m, intrinsics: k }: Camera,
): { left: number; right: number; top: number; bottom: number } {
  if (k.distortion !== undefined) return { left: 0, right: k.width, top: 0, bottom: k.height };
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner++) {
    const offset = [0, 1, 2].map((axis) => bounds[axis + ((corner >> axis) & 1) * 3] - m[axis * 4 + 3]);
    const [x, y, z] = [0, 1, 2].map((c) => offset[0] * m[c] + offset[1] * m[4 + c] + offset[2] * m[8 + c]);
    if (z > -1e-3) return { left: 0, right: k.width, top: 0, bottom: k.height };
    left = Math.min(left, k.cx - (k.fx * x) / z);
    right = Math.max(right, k.cx - (k.fx * x) / z);
    top = Math.min(top, k.cy + (k.fy * y) / z);
    bottom = Math.max(bottom, k.cy + (k.fy * y) / z);
  }
  return {
    left: Math.max(0, Math.floor(left)),
    right: Math.min(k.width, Math.ceil(right)),
    top: Math.max(0, Math.floor(top)),
    bottom: Math.min(k.height, Math.ceil(bottom)),
  };
}

/** Exact z-depth of the scene at the pixel centres: [height, width], Infinity where nothing is hit. */
export function renderSyntheticDepth(scene: SyntheticScene, camera: Camera): Float64Array {
  const { width, height } = camera.intrinsics;
  const depth = new Float64Array(width * height);
  const ray = new Float64Array(6);
  for (let i = 0; i < depth.length; i++) {
    const length = aim(camera, (i % width) + 0.5, Math.floor(i / width) + 0.5, ray);
    const hit = scene.tree.first(ray[0], ray[1], ray[2], ray[3], ray[4], ray[5]);
    depth[i] = hit < 0 ? Infinity : scene.tree.distance / length;
  }
  return depth;
}

class PixelSampler {
  private readonly scene: SyntheticScene;
  private readonly count: number;
  private readonly corners: readonly number[];
  private readonly rays: readonly Float64Array[];
  private readonly hits: Int32Array;
  private readonly distances: Float64Array;
  private readonly colour = new Float64Array(3);
  private readonly sum = new Float64Array(3);
  private readonly least = new Float64Array(3);
  private readonly most = new Float64Array(3);

  constructor(scene: SyntheticScene) {
    const n = scene.samples;
    this.scene = scene;
    this.count = n * n;
    this.corners = n > 2 ? [0, n - 1, n * n - n, n * n - 1] : [];
    this.rays = Array.from({ length: this.count }, () => new Float64Array(6));
    this.hits = new Int32Array(this.count);
    this.distances = new Float64Array(this.count);
  }

  /** Writes the pixel to rgba[at .. at + 3]. */
  sample(camera: Camera, column: number, row: number, rgba: Uint8Array, at: number): void {
    const covered = this.trace(camera, column, row);
    if (covered === 0) return;
    this.sum.fill(0);
    const shaded = this.shadeCorners(covered) || this.shadeAll();
    for (let k = 0; k < 3; k++) rgba[at + k] = Math.round((this.sum[k] / shaded) * 255);
    rgba[at + 3] = Math.round((covered / this.count) * 255);
  }

  /** Visibility of all samples; returns how many hit something. */
  private trace(camera: Camera, column: number, row: number): number {
    const { tree, samples, sky } = this.scene;
    let covered = 0;
    for (let i = 0; i < this.count; i++) {
      const ray = this.rays[i];
      aim(camera, column + ((i % samples) + 0.5) / samples, row + (Math.floor(i / samples) + 0.5) / samples, ray);
      this.hits[i] = tree.first(ray[0], ray[1], ray[2], ray[3], ray[4], ray[5]);
      this.distances[i] = tree.distance;
      if (this.hits[i] >= 0 || sky) covered++;
    }
    return covered;
  }

  /** Sums the corners if they can stand for the whole pixel; returns how many were summed, 0 if they cannot. */
  private shadeCorners(covered: number): number {
    if (this.corners.length === 0 || covered < this.count || this.hits.some((hit) => hit !== this.hits[0])) return 0;
    this.least.fill(1);
    this.most.fill(0);
    for (const corner of this.corners) this.addSample(corner);
    const spread = this.most[0] - this.least[0] + this.most[1] - this.least[1] + this.most[2] - this.least[2];
    if (spread < AGREE) return this.corners.length;
    this.sum.fill(0);
    return 0;
  }

  private shadeAll(): number {
    let shaded = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.hits[i] < 0 && !this.scene.sky) continue;
      this.addSample(i);
      shaded++;
    }
    return shaded;
  }

  private addSample(i: number): void {
    const { samples } = this.scene;
    // Each sample of the pixel sees another place of the sun: together they make soft shadows.
    const sunU = samples > 1 ? (2 * (i % samples)) / (samples - 1) - 1 : 0;
    const sunV = samples > 1 ? (2 * Math.floor(i / samples)) / (samples - 1) - 1 : 0;
    const ray = this.rays[i];
    if (this.hits[i] < 0) skyRadiance(ray[3], ray[4], ray[5], 0, this.colour);
    else shade(this.scene, ray, this.distances[i], this.hits[i], sunU * 0.7, sunV * 0.7, MOST_BOUNCES, this.colour);
    for (let k = 0; k < 3; k++) {
      const value = toneMap(this.colour[k] * EXPOSURE);
      this.sum[k] += value;
      this.least[k] = Math.min(this.least[k], value);
      this.most[k] = Math.max(this.most[k], value);
    }
  }
}

const plane = new Float64Array(2);

/** The unit ray through a point of the image (pixels from the top left corner), to `ray` [ox oy oz dx dy dz]; returns distance per z-depth. */
function aim(camera: Camera, px: number, py: number, ray: Float64Array): number {
  const m = camera.camToWorld;
  pixelToPlane(camera.intrinsics, px, py, plane);
  const x = plane[0];
  const y = -plane[1];
  const length = Math.sqrt(x * x + y * y + 1);
  for (let axis = 0; axis < 3; axis++) {
    ray[axis] = m[axis * 4 + 3];
    ray[axis + 3] = (m[axis * 4] * x + m[axis * 4 + 1] * y - m[axis * 4 + 2]) / length;
  }
  return length;
}

/** Linear radiance to sRGB 0..1 by Narkowicz's fit of the ACES film curve. */
function toneMap(value: number): number {
  const mapped = (value * (2.51 * value + 0.03)) / (value * (2.43 * value + 0.59) + 0.14);
  return toSrgb(Math.min(1, Math.max(0, mapped)));
}
