/** What the writers of generated scenes share. */
import type { Camera } from '../../src/geometry/camera.ts';
import type { Files, ImageCodec } from '../../src/io/files.ts';
import { Random } from '../../src/math/random.ts';
import type { Reporter } from '../../src/base/events.ts';
import type { SplitName } from '../scene-data.ts';
import { joinPath } from '../scene-paths.ts';
import { renderSynthetic, renderSyntheticDepth, type SyntheticScene } from './render-synthetic.ts';

export interface SceneWriting {
  readonly scene: SyntheticScene;
  /** Makes the cameras, for scenes that have their own. */
  readonly cameras?: (count: number, width: number, seed: number) => Camera[];
  /** Number of views by split; in a format without splits, `train` is all of them. */
  readonly views: Readonly<Record<SplitName, number>>;
  /** Width of the images, pixels. */
  readonly size: number;
  readonly seed: number;
  readonly folder: string;
  readonly files: Files;
  readonly images: ImageCodec;
  readonly report?: Reporter;
}

/** What a camera of a generated scene and what it sees are written as. */
export type SceneWriter = (writing: SceneWriting) => Promise<void>;

/** Renders and writes a view to `path` inside the folder: 4 channels, or 3 for photos without transparency. */
export async function writeView(
  { scene, folder, files, images }: SceneWriting,
  path: string,
  camera: Camera,
  channels: 3 | 4,
): Promise<void> {
  const { width, height, rgba } = renderSynthetic(scene, camera);
  const data = channels === 4 ? rgba : rgba.filter((_, i) => i % 4 !== 3);
  await files.writeAtomic(joinPath(folder, path), [await images.encodePng({ width, height, channels, data })]);
}

export async function writeText({ folder, files }: SceneWriting, path: string, text: string): Promise<void> {
  await files.writeAtomic(joinPath(folder, path), [new TextEncoder().encode(text)]);
}

/** 4 rows of 4 numbers. */
export function matrixRows(m: ArrayLike<number>): number[][] {
  return [0, 4, 8, 12].map((row) => [m[row], m[row + 1], m[row + 2], m[row + 3]]);
}

/** Pixels along the longer side of the images that depths are taken from. */
const DEPTH_SIDE = 64;

/** The exact z-depths a camera sees, at the centres of few pixels: [width * height], Infinity where nothing is. And that small camera. */
export function sampleDepths(scene: SyntheticScene, { camToWorld, intrinsics: k }: Camera): { camera: Camera; depths: Float64Array } {
  const scale = Math.min(1, DEPTH_SIDE / Math.max(k.width, k.height));
  const [width, height] = [Math.max(1, Math.round(k.width * scale)), Math.max(1, Math.round(k.height * scale))];
  const [sx, sy] = [width / k.width, height / k.height];
  const camera = { camToWorld, intrinsics: { ...k, width, height, fx: k.fx * sx, fy: k.fy * sy, cx: k.cx * sx, cy: k.cy * sy } };
  return { camera, depths: renderSyntheticDepth(scene, camera) };
}

/** A generator for what is sampled while writing, apart from that of the cameras. */
export function writingRandom(seed: number): Random {
  return new Random(seed * 2 + 13);
}
