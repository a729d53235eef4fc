/** Smaller copies of images beside the originals: images, images_2, images_4, images_8, as LLFF, nerfstudio and Mip-NeRF 360 store them. */
import { InputError } from '../src/base/errors.ts';
import type { Files } from '../src/io/files.ts';
import { isImageName } from './image-names.ts';
import { joinPath } from './scene-paths.ts';

export interface ImageFolder {
  /** Name inside the scene folder, e.g. "images_4". */
  readonly name: string;
  /** How much smaller its images are than the originals. */
  readonly factor: number;
}

/**
 * The folder to take images from: of BASE and BASE_N the one with the greatest N that divides `downscale`, so that averaging only has to do the
 * rest. Letter case does not matter where only one is there.
 *
 * @throws InputError if there is none
 */
export async function findImageFolder(scene: string, base: string, downscale: number, files: Files): Promise<ImageFolder> {
  const pattern = new RegExp(`^${base.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:_(\\d{1,2}))?$`, 'i');
  const present: ImageFolder[] = [];
  for (const name of await files.list(scene)) {
    const match = pattern.exec(name);
    const factor = Number(match?.[1] ?? 1);
    if (match !== null && factor >= 1 && (await files.kind(joinPath(scene, name))) === 'folder') present.push({ name, factor });
  }
  const isExact = ({ name }: ImageFolder): number => Number(name.startsWith(base));
  const fitting = present.filter(({ factor }) => downscale % factor === 0);
  const [best] = fitting.sort((a, b) => b.factor - a.factor || isExact(b) - isExact(a));
  if (best !== undefined) return best;
  const factors = present.map(({ factor }) => factor).sort((a, b) => a - b);
  throw new InputError(
    `${joinPath(scene, base)}: expected a folder of images${downscale === 1 ? '' : ` (or ${base}_${downscale})`}, found ${present.map(({ name }) => name).join(', ') || 'none'}`,
    factors.length > 0 ? `The smaller copies fit --downscale ${factors.join(', ')}.` : 'Put the images there.',
  );
}

/** Names of the images in a folder, sorted. */
export async function listImages(folder: string, files: Files): Promise<string[]> {
  return (await files.list(folder)).filter(isImageName);
}
