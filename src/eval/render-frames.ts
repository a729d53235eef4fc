/** Renders a camera path: NAME.png, NAME.depth.png, NAME.opacity.png a frame; colour.webp, depth.webp, opacity.webp of all frames. */
import type { Vec3 } from '../geometry/vector.ts';
import { spaceOf } from '../spaces/index.ts';
import type { NamedCamera } from '../../renderer/paths/camera-path.ts';
import { turbo, viridis } from '../../renderer/colour-maps.ts';
import { depthPixels, depthUnit, mapPixels, toPixels } from '../../renderer/pixels.ts';
import { evenScale, type ValueScale } from '../math/value-scale.ts';
import { renderImage, type RenderedImage } from '../../renderer/render-image.ts';
import type { FieldEngine } from '../engine/backend.ts';
import { writeColour, writeDepth, type ImageFolder } from './image-writer.ts';
import type { PixelBuffer } from '../io/files.ts';
import type { Reporter } from '../base/events.ts';

export interface FramesOptions {
  readonly engine: FieldEngine;
  readonly cameras: readonly NamedCamera[];
  readonly background: Vec3;
  readonly seed: number;
  readonly framesPerSecond: number;
  readonly target: ImageFolder;
  readonly report: Reporter;
}

export interface Frames {
  readonly frames: number;
  readonly secondsPerImage: number;
  /** Metres a unit of the 16-bit depth images. */
  readonly depthMetresPerUnit: number;
  /** Metres at the ends of the coloured depths' map (src/math/value-scale.ts). */
  readonly depthScale: ValueScale;
  /** Names of files in the folder. */
  readonly animations: readonly string[];
}

export async function renderFrames(options: FramesOptions): Promise<Frames> {
  const { engine, cameras, background, seed, target, report } = options;
  const { space, grid } = engine.spec;
  const { distances, depthScale } = spaceOf(space);
  const depths = depthScale(grid, cameras);
  const metresPerUnit = depthUnit(distances(grid, cameras)[1]);
  const strips: Record<'colour' | 'depth' | 'opacity', PixelBuffer[]> = { colour: [], depth: [], opacity: [] };
  let seconds = 0;
  for (const [i, camera] of cameras.entries()) {
    const began = performance.now();
    const image = await renderImage(engine, camera, { background, noiseSeed: seed });
    seconds += (performance.now() - began) / 1000;
    await writeColour(target, camera.name, image);
    await writeDepth(target, camera.name, image, metresPerUnit, depths);
    await writeOpacity(target, camera.name, image);
    strips.colour.push(toPixels(image.rgb, image.width, image.height));
    strips.depth.push(depthPixels(image.depth, image.opacity, image.width, image.height, turbo, depths));
    strips.opacity.push(opacityPixels(image));
    report({ type: 'view', done: i + 1, total: cameras.length, text: `rendering ${camera.name}` });
  }
  const animations = await writeAnimations(strips, options);
  return {
    frames: cameras.length,
    secondsPerImage: seconds / cameras.length,
    depthMetresPerUnit: metresPerUnit,
    depthScale: depths,
    animations,
  };
}

/** One animation a kind of image, if all frames have one size. */
async function writeAnimations(strips: Record<string, PixelBuffer[]>, { target, framesPerSecond }: FramesOptions): Promise<string[]> {
  const written: string[] = [];
  for (const [name, frames] of Object.entries(strips)) {
    const { width, height } = frames[0];
    if (frames.some((frame) => frame.width !== width || frame.height !== height)) continue;
    const file = `${name}.webp`;
    await target.files.writeAtomic(`${target.folder}/${file}`, [
      await target.codec.encodeAnimation(frames, Math.round(1000 / framesPerSecond)),
    ]);
    written.push(file);
  }
  return written;
}

async function writeOpacity({ files, codec, folder }: ImageFolder, name: string, image: RenderedImage): Promise<void> {
  await files.writeAtomic(`${folder}/${name}.opacity.png`, [await codec.encodePng(opacityPixels(image))]);
}

function opacityPixels({ opacity, width, height }: RenderedImage): PixelBuffer {
  return mapPixels(opacity, width, height, viridis, evenScale(0, 1));
}
