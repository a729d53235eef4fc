/** Renders a camera path: NAME.png, NAME.depth.png, NAME.opacity.png a frame; colour.webp, depth.webp, opacity.webp, and films, of all frames. */
import type { Vec3 } from '../geometry/vector.ts';
import { spaceOf } from '../spaces/index.ts';
import type { NamedCamera } from '../../renderer/paths/camera-path.ts';
import { turbo, viridis } from '../../renderer/colour-maps.ts';
import { depthPixels, depthUnit, mapPixels, toPixels } from '../../renderer/pixels.ts';
import { evenScale, type ValueScale } from '../math/value-scale.ts';
import { renderImage, type RenderedImage } from '../../renderer/render-image.ts';
import type { FieldEngine } from '../engine/backend.ts';
import type { FieldSpec } from '../model/field-spec.ts';
import { inPart, type Part } from './part.ts';
import { writeColour, writeDepth, type ImageFolder } from './image-writer.ts';
import type { PixelBuffer } from '../io/files.ts';
import type { Reporter } from '../base/events.ts';
import type { FilmFormat } from './film-formats.ts';

/** Makes films of equally sized frames. */
export interface FilmEncoder {
  /** Its files end with this. */
  readonly ending: FilmFormat;
  /** Throws where no film comes of it. */
  encode(frames: readonly PixelBuffer[], framesPerSecond: number, file: string): Promise<void>;
}

export interface FramesOptions {
  readonly engine: FieldEngine;
  readonly cameras: readonly NamedCamera[];
  readonly background: Vec3;
  readonly seed: number;
  readonly framesPerSecond: number;
  /** Default: none. */
  readonly films?: readonly FilmEncoder[];
  readonly target: ImageFolder;
  /** Renders this part of the cameras, and no animation. */
  readonly part?: Part;
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
  const { engine, cameras, background, seed, target, part, report } = options;
  const shown = depthsOf(engine.spec, cameras);
  const { depthMetresPerUnit, depthScale } = shown;
  const own = inPart(cameras, part);
  const strips: Strips = { colour: [], depth: [], opacity: [] };
  let seconds = 0;
  for (const [i, camera] of own.entries()) {
    const began = performance.now();
    const image = await renderImage(engine, camera, { background, noiseSeed: seed });
    seconds += (performance.now() - began) / 1000;
    await writeColour(target, camera.name, image);
    await writeDepth(target, camera.name, image, depthMetresPerUnit, depthScale);
    await writeOpacity(target, camera.name, image);
    if (part === undefined) addTo(strips, image, depthScale);
    report({ type: 'view', done: i + 1, total: own.length, text: `rendering ${camera.name}` });
  }
  const animations = part === undefined ? await writeAnimations(strips, options) : [];
  return { frames: own.length, secondsPerImage: own.length === 0 ? 0 : seconds / own.length, ...shown, animations };
}

/** Frames that were rendered in parts, as if they had been rendered at once: writes their animations into the target's folder. */
export async function joinFrames(options: JoinFrames): Promise<Frames> {
  const { cameras, target, spec, folderOf, seconds } = options;
  const strips: Strips = { colour: [], depth: [], opacity: [] };
  for (const [i, { name }] of cameras.entries())
    for (const kind of Object.keys(strips) as (keyof Strips)[]) {
      const { width, height, rgba } = await target.codec.decode(`${folderOf(i)}/${name}${STRIP_ENDINGS[kind]}`);
      strips[kind].push({ width, height, channels: 3, data: rgba.filter((_, at) => at % 4 !== 3) });
    }
  const animations = await writeAnimations(strips, options);
  return { frames: cameras.length, secondsPerImage: seconds / cameras.length, ...depthsOf(spec, cameras), animations };
}

export interface JoinFrames extends Pick<FramesOptions, 'cameras' | 'target' | 'framesPerSecond' | 'films'> {
  readonly spec: FieldSpec;
  /** Where the images of camera i are. */
  folderOf(i: number): string;
  /** That all frames took together. */
  readonly seconds: number;
}

/** One scale of depths for all cameras. */
function depthsOf({ space, grid }: FieldSpec, cameras: readonly NamedCamera[]): Pick<Frames, 'depthMetresPerUnit' | 'depthScale'> {
  const { distances, depthScale } = spaceOf(space);
  return { depthMetresPerUnit: depthUnit(distances(grid, cameras)[1]), depthScale: depthScale(grid, cameras) };
}

type Strips = Record<'colour' | 'depth' | 'opacity', PixelBuffer[]>;

/** Endings of the files of a frame that animations show. */
const STRIP_ENDINGS: Readonly<Record<keyof Strips, string>> = { colour: '.png', depth: '.depth-colour.png', opacity: '.opacity.png' };

function addTo(strips: Strips, image: RenderedImage, depths: ValueScale): void {
  const { rgb, depth, opacity, width, height } = image;
  strips.colour.push(toPixels(rgb, width, height));
  strips.depth.push(depthPixels(depth, opacity, width, height, turbo, depths));
  strips.opacity.push(opacityPixels(image));
}

/** One animation, and one film of each encoder, a kind of image, if all frames have one size. */
async function writeAnimations(
  strips: Strips,
  { target, framesPerSecond, films = [] }: Pick<FramesOptions, 'target' | 'framesPerSecond' | 'films'>,
): Promise<string[]> {
  const written: string[] = [];
  for (const [name, frames] of Object.entries(strips)) {
    const { width, height } = frames[0];
    if (frames.some((frame) => frame.width !== width || frame.height !== height)) continue;
    const file = `${name}.webp`;
    await target.files.writeAtomic(`${target.folder}/${file}`, [
      await target.codec.encodeAnimation(frames, Math.round(1000 / framesPerSecond)),
    ]);
    written.push(file);
    for (const { ending, encode } of films) {
      await encode(frames, framesPerSecond, `${target.folder}/${name}.${ending}`);
      written.push(`${name}.${ending}`);
    }
  }
  return written;
}

async function writeOpacity({ files, codec, folder }: ImageFolder, name: string, image: RenderedImage): Promise<void> {
  await files.writeAtomic(`${folder}/${name}.opacity.png`, [await codec.encodePng(opacityPixels(image))]);
}

function opacityPixels({ opacity, width, height }: RenderedImage): PixelBuffer {
  return mapPixels(opacity, width, height, viridis, evenScale(0, 1));
}
