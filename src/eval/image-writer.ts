/** Writes what evaluation and rendering show of a view: NAME.png, NAME.depth.png (16 bit), NAME.depth-colour.png, NAME.error.png. */
import { turbo, viridis } from '../../renderer/colour-maps.ts';
import { depthPixels, mapPixels, toDepth16, toPixels } from '../../renderer/pixels.ts';
import { evenScale, type ValueScale } from '../math/value-scale.ts';
import type { RenderedImage } from '../../renderer/render-image.ts';
import type { Files, ImageCodec } from '../io/files.ts';

/** Where to write, and with what. */
export interface ImageFolder {
  readonly files: Files;
  readonly codec: ImageCodec;
  readonly folder: string;
}

/** Root mean square colour difference that takes the last colour of an error map. */
const ERROR_RANGE = 0.2;

export async function writeColour({ files, codec, folder }: ImageFolder, name: string, image: RenderedImage): Promise<void> {
  await files.writeAtomic(`${folder}/${name}.png`, [await codec.encodePng(toPixels(image.rgb, image.width, image.height))]);
}

export async function writeDepth(
  { files, codec, folder }: ImageFolder,
  name: string,
  image: RenderedImage,
  metresPerUnit: number,
  scale: ValueScale,
): Promise<void> {
  const { width, height, depth, opacity } = image;
  const coloured = depthPixels(depth, opacity, width, height, turbo, scale);
  await files.writeAtomic(`${folder}/${name}.depth.png`, [await codec.encodePng16(toDepth16(depth, metresPerUnit).data, width, height)]);
  await files.writeAtomic(`${folder}/${name}.depth-colour.png`, [await codec.encodePng(coloured)]);
}

/** @param truth [height,width,3] */
export async function writeError(
  { files, codec, folder }: ImageFolder,
  name: string,
  image: RenderedImage,
  truth: Float32Array,
): Promise<void> {
  const { width, height, rgb } = image;
  const error = new Float32Array(width * height);
  for (let i = 0; i < error.length; i++) {
    let sum = 0;
    for (let c = i * 3; c < i * 3 + 3; c++) sum += (rgb[c] - truth[c]) ** 2;
    error[i] = Math.sqrt(sum / 3);
  }
  await files.writeAtomic(`${folder}/${name}.error.png`, [
    await codec.encodePng(mapPixels(error, width, height, viridis, evenScale(0, ERROR_RANGE))),
  ]);
}
