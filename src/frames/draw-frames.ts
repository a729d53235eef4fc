/** Answers a frame request with an engine, a chunk of rays at a time, so that several requests can take turns. */
import { gridPoint } from '../geometry/grid.ts';
import { resizeIntrinsics } from '../geometry/intrinsics.ts';
import { addCounts, emptyCounts } from '../engine/counts.ts';
import { type FieldEngine, type PictureTextures, type RenderSettings } from '../engine/backend.ts';
import { spaceOf } from '../spaces/index.ts';
import type { CropBox, Frame, FrameRequest, PaintedFrame, PictureSurface, ShownFrame } from './frame-source.ts';
import { pictureOf, statisticsOf, type OutputMode } from './output-modes.ts';
import { depthUnit, toDepth16 } from '../../renderer/pixels.ts';
import type { Camera } from '../geometry/camera.ts';
import { chunksOf, renderChunks } from '../../renderer/render-image.ts';

/** Rays of a turn: some tens of milliseconds of the wasm backend on two cores. */
const TURN_RAYS = 8192;

/** Depth of a pixel that shows nothing opaque. */
const NOTHING = 65535;

type Drawn = Omit<Frame, 'width' | 'height' | 'scale' | 'seconds' | 'step'>;
type Painted = Omit<PaintedFrame, 'width' | 'height' | 'scale' | 'seconds' | 'step'>;
type Turns<T> = AsyncGenerator<undefined, T, undefined>;

/**
 * Yields undefined after every turn and a frame whenever one is finished.
 *
 * @param surface takes the frames that the engine can paint; default: all come in memory
 */
export function drawFrames(
  engine: FieldEngine,
  request: FrameRequest,
  noiseSeed: number,
  step: number,
  turnRays?: number,
): AsyncGenerator<Frame | undefined, void, undefined>;
export function drawFrames(
  engine: FieldEngine,
  request: FrameRequest,
  noiseSeed: number,
  step: number,
  turnRays: number,
  surface: PictureSurface | undefined,
): AsyncGenerator<ShownFrame | undefined, void, undefined>;
export async function* drawFrames(
  engine: FieldEngine,
  { camera, output, scales, background }: FrameRequest,
  noiseSeed: number,
  step: number,
  turnRays = TURN_RAYS,
  surface?: PictureSurface,
): AsyncGenerator<ShownFrame | undefined, void, undefined> {
  for (const scale of scales) {
    const small = scaledCamera(camera, scale);
    const { width, height, distortion } = small.intrinsics;
    const settings = { background, noiseSeed };
    const paints =
      output === 'colour' && distortion === undefined && spaceOf(engine.spec.space).similarity !== null && engine.paint !== undefined;
    const textures = paints ? (surface?.begin(width, height) ?? null) : null;
    const turns: Turns<Drawn | Painted> =
      textures !== null
        ? paintColours(engine, small, textures, settings, turnRays)
        : drawAnything(engine, small, output, settings, turnRays);
    let seconds = 0;
    for (let done = false; !done;) {
      const began = performance.now();
      const next = await turns.next();
      seconds += (performance.now() - began) / 1000;
      done = next.done === true;
      yield next.done ? { ...next.value, width, height, scale, seconds, step } : undefined;
    }
  }
}

/** What is shown made from the quantities behind it. */
async function* drawAnything(
  engine: FieldEngine,
  camera: Camera,
  output: OutputMode,
  settings: RenderSettings,
  turnRays: number,
): Turns<Drawn> {
  const image = yield* renderChunks(engine, camera, settings, turnRays);
  const { pixels, range } = pictureOf(output, image, camera, engine.spec);
  const metresPerUnit = depthUnit(spaceOf(engine.spec.space).distances(engine.spec.grid, [camera])[1]);
  const depth = toDepth16(image.depth, metresPerUnit).data;
  for (let i = 0; i < depth.length; i++) if (image.opacity[i] <= 0.5) depth[i] = NOTHING;
  return { pixels: pixels.data, depth, metresPerUnit, range, statistics: statisticsOf(image.counts, engine.spec) };
}

/** Colours, where the engine makes pixels itself. */
async function* paintColours(
  engine: FieldEngine,
  camera: Camera,
  textures: PictureTextures,
  settings: RenderSettings,
  turnRays: number,
): Turns<Painted> {
  const all = camera.intrinsics.width * camera.intrinsics.height;
  const total = emptyCounts();
  for (const { first, count, noiseSeed } of chunksOf(all, settings, turnRays)) {
    addCounts(total, await engine.paint!({ camera, first, count, textures }, { ...settings, noiseSeed }));
    yield;
  }
  return { textures, range: null, statistics: statisticsOf(total, engine.spec) };
}

export function scaledCamera({ camToWorld, intrinsics }: Camera, scale: number): Camera {
  const size = { width: Math.max(1, Math.round(intrinsics.width / scale)), height: Math.max(1, Math.round(intrinsics.height / scale)) };
  return { camToWorld, intrinsics: scale === 1 ? intrinsics : resizeIntrinsics(intrinsics, size) };
}

/**
 * The occupancy of what lies inside a box.
 *
 * @param occupancy [V]
 */
export function croppedOccupancy({ spec: { space, grid } }: FieldEngine, occupancy: Uint8Array, crop: CropBox): Uint8Array {
  const { toWorld } = spaceOf(space);
  const isInside = (point: number): boolean =>
    toWorld(gridPoint(grid, point)).every((at, axis) => at >= crop.min[axis] && at <= crop.max[axis]);
  return occupancy.map((occupied, point) => (occupied === 1 && isInside(point) ? 1 : 0));
}
