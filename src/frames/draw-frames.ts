/** Answers a frame request with an engine, a chunk of rays at a time, so that several requests can take turns. */
import { resizeIntrinsics } from '../geometry/intrinsics.ts';
import { addCounts, emptyCounts } from '../engine/counts.ts';
import { type FieldEngine, type PictureTextures, type RenderSettings } from '../engine/backend.ts';
import { spaceOf } from '../spaces/index.ts';
import type { Frame, FrameFacts, FrameRequest, PaintedFrame } from './frame-source.ts';
import { contentOf, statisticsOf, type FrameStatistics, type OutputMode } from './output-modes.ts';
import type { ShownField } from './shown-field.ts';
import { depthUnit, toDepth16 } from '../../renderer/pixels.ts';
import type { Camera } from '../geometry/camera.ts';
import { chunksOf, renderChunks } from '../../renderer/render-image.ts';

/** Rays of a turn: some tens of milliseconds of the wasm backend on two cores. */
const TURN_RAYS = 8192;

/** Depth of a pixel that shows nothing opaque. */
const NOTHING = 65535;

type Turns<T> = AsyncGenerator<undefined, T, undefined>;
type FrameOf<T extends FrameFacts> = Omit<T, keyof FrameFacts> & Pick<FrameFacts, 'statistics'>;

/** Gives the request's target its frames; yields after every turn: the facts of a frame that it finished, or undefined. */
export async function* drawFrames(
  { engine, seed, step }: ShownField,
  { picture, scales, target }: Pick<FrameRequest, 'picture' | 'scales' | 'target'>,
  turnRays = TURN_RAYS,
): AsyncGenerator<FrameFacts | undefined, void, undefined> {
  const { output, background } = picture;
  const settings = { background, noiseSeed: seed };
  for (const scale of scales) {
    const camera = scaledCamera(picture.camera, scale);
    const { width, height, distortion } = camera.intrinsics;
    const paints =
      output === 'colour' && distortion === undefined && spaceOf(engine.spec.space).similarity !== null && engine.paint !== undefined;
    const textures = (paints && target.surface?.begin(width, height)) || null;
    let seconds = 0;
    const timed = async function* <T>(turns: Turns<T>): Turns<T> {
      for (;;) {
        const began = performance.now();
        const next = await turns.next();
        seconds += (performance.now() - began) / 1000;
        if (next.done) return next.value;
        yield;
      }
    };
    const facts = (statistics: FrameStatistics): FrameFacts => ({ width, height, scale, output, statistics, seconds, step });
    let done: FrameFacts;
    if (textures !== null) {
      const painted = yield* timed(paintColours(engine, camera, textures, settings, turnRays));
      done = facts(painted.statistics);
      target.surface!.painted({ ...done, ...painted });
    } else {
      const drawn = yield* timed(drawInMemory(engine, camera, output, settings, turnRays));
      done = facts(drawn.statistics);
      target.take({ ...done, ...drawn });
    }
    yield done;
  }
}

/** What is shown made from the quantities behind it. */
async function* drawInMemory(
  engine: FieldEngine,
  camera: Camera,
  output: OutputMode,
  settings: RenderSettings,
  turnRays: number,
): Turns<FrameOf<Frame>> {
  const image = yield* renderChunks(engine, camera, settings, turnRays);
  const metresPerUnit = depthUnit(spaceOf(engine.spec.space).distances(engine.spec.grid, [camera])[1]);
  const depth = toDepth16(image.depth, metresPerUnit).data;
  const opacity = new Uint8Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    opacity[i] = Math.min(1, Math.max(0, image.opacity[i])) * 255 + 0.5;
    if (image.opacity[i] <= 0.5) depth[i] = NOTHING;
  }
  const content = contentOf(output, image, camera, engine.spec);
  return { content, depth, metresPerUnit, opacity, statistics: statisticsOf(image.counts, engine.spec) };
}

/** Colours, where the engine makes pixels itself. */
async function* paintColours(
  engine: FieldEngine,
  camera: Camera,
  textures: PictureTextures,
  settings: RenderSettings,
  turnRays: number,
): Turns<FrameOf<PaintedFrame>> {
  const all = camera.intrinsics.width * camera.intrinsics.height;
  const total = emptyCounts();
  for (const { first, count, noiseSeed } of chunksOf(all, settings, turnRays)) {
    addCounts(total, await engine.paint!({ camera, first, count, textures }, { ...settings, noiseSeed }));
    yield;
  }
  return { textures, statistics: statisticsOf(total, engine.spec) };
}

export function scaledCamera({ camToWorld, intrinsics }: Camera, scale: number): Camera {
  const size = { width: Math.max(1, Math.round(intrinsics.width / scale)), height: Math.max(1, Math.round(intrinsics.height / scale)) };
  return { camToWorld, intrinsics: scale === 1 ? intrinsics : resizeIntrinsics(intrinsics, size) };
}
