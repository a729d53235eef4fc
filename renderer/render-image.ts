/**
 * Draws what a camera sees of a field: rays in chunks through `FieldEngine.renderRays`, collected into images.
 *
 * The chunk size is fixed, so that images do not depend on memory or machine; for fields without Poisson encoding (whose noise counts rays
 * within a call) they do not depend on it at all.
 */
import { addCounts, emptyCounts, type Counts } from '../src/engine/counts.ts';
import { type FieldEngine, type RenderSettings } from '../src/engine/backend.ts';
import { hash32 } from '../src/math/random.ts';
import { fieldRays, spaceOf } from '../src/spaces/index.ts';
import type { Camera } from '../src/geometry/camera.ts';

/** Rays a call: enough to keep all threads busy, small enough for the caches of one call to stay small. */
export const CHUNK_RAYS = 4 * 8192;

export interface RenderedImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] clamped to 0..1 */
  readonly rgb: Float32Array;
  /** [height, width] metres along the ray */
  readonly depth: Float32Array;
  /** [height, width] 0..1 */
  readonly opacity: Float32Array;
  /** [height, width] samples shown to the colour network */
  readonly samples: Uint32Array;
  /** [height, width] spikes of all hidden layers */
  readonly spikes: Uint32Array;
  readonly counts: Counts;
}

export async function renderImage(
  engine: FieldEngine,
  camera: Camera,
  settings: RenderSettings,
  chunkRays: number = CHUNK_RAYS,
): Promise<RenderedImage> {
  const chunks = renderChunks(engine, camera, settings, chunkRays);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return value;
  }
}

/** The same, pausing after every chunk of rays: for those who share the engine among several pictures. */
export async function* renderChunks(
  engine: FieldEngine,
  camera: Camera,
  settings: RenderSettings,
  chunkRays: number,
): AsyncGenerator<undefined, RenderedImage, undefined> {
  const { width, height } = camera.intrinsics;
  const pixels = width * height;
  const image: RenderedImage = {
    width,
    height,
    rgb: new Float32Array(pixels * 3),
    depth: new Float32Array(pixels),
    opacity: new Float32Array(pixels),
    samples: new Uint32Array(pixels),
    spikes: new Uint32Array(pixels),
    counts: emptyCounts(),
  };
  const { spec } = engine;
  for (const { first, count, noiseSeed } of chunksOf(pixels, settings, chunkRays)) {
    const rays = fieldRays(spec.space, camera, first, count);
    const part = await engine.renderRays(rays, { ...settings, noiseSeed });
    spaceOf(spec.space).depthToMetres(spec.grid, camera, rays, part);
    image.rgb.set(part.rgb, first * 3);
    image.depth.set(part.depth, first);
    image.opacity.set(part.opacity, first);
    image.samples.set(part.samples, first);
    image.spikes.set(part.spikes, first);
    addCounts(image.counts, part.counts);
    yield;
  }
  for (let i = 0; i < image.rgb.length; i++) image.rgb[i] = Math.min(1, Math.max(0, image.rgb[i]));
  return image;
}

/** The calls that a picture is made of: rays [first, first + count) of each, and its own noise. */
export function chunksOf(
  rays: number,
  { noiseSeed = 0 }: RenderSettings,
  chunkRays: number,
): { readonly first: number; readonly count: number; readonly noiseSeed: number }[] {
  return Array.from({ length: Math.ceil(rays / chunkRays) }, (_, i) => {
    const first = i * chunkRays;
    return { first, count: Math.min(chunkRays, rays - first), noiseSeed: hash32(noiseSeed ^ first) };
  });
}
