/**
 * transforms.json of nerfstudio and instant-ngp (transforms-file.ts): one file for all frames, which may list the images of each split
 * (train_filenames, val_filenames, test_filenames); else every 8th in the order of names is for testing (`holdout`). Smaller copies of the images
 * may lie beside them.
 */
import type { Files } from '../src/io/files.ts';
import { holdOut } from './hold-out.ts';
import { findImageFolder } from './image-folders.ts';
import { valueError } from './read-json.ts';
import type { SplitName } from './scene-data.ts';
import { SceneFiles, some } from './scene-files.ts';
import { SPLIT_NAMES, type PosedImage, type PosedScene, type SceneFormat } from './scene-format.ts';
import { joinPath } from './scene-paths.ts';
import { framePaths, loadFrames, loadPoints, ngpBox, NO_COPIES, readTransforms, type Copies, type Transforms } from './transforms-file.ts';

const FILE = 'transforms.json';

export const nerfstudioFormat: SceneFormat = {
  name: 'nerfstudio',

  async detect(path, files) {
    const found = (await files.kind(joinPath(path, FILE))) === 'file';
    return { found, reason: found ? `found ${FILE}` : FILE };
  },

  async load(path, files, { downscale, holdout }) {
    const file = joinPath(path, FILE);
    const scene = new SceneFiles(path, files);
    const transforms = await readTransforms(file, files);
    const relative = await framePaths(file, transforms, scene);
    const copies = await copiesOf(path, relative.toSorted()[0], downscale, files);
    const frames = await loadFrames(file, transforms, relative, scene, copies);
    const ordered = frames.images.map((image, i) => ({ image, relative: frames.relative[i] })).sort(byPath);
    const unused = await scene.imagesBeside(
      frames.images.map(({ imagePath }) => imagePath),
      frames.images.flatMap(({ maskPath }) => maskPath ?? []),
    );
    if (unused.length > 0)
      frames.warnings.push(`${unused.length} photos beside those of ${FILE} have no frame and are not used (${some(unused)})`);
    const { points, warnings } = await loadPoints(file, transforms, scene, files);
    const ngp = ngpBox(transforms);
    const { splits, warnings: unlisted } = await splitsOf(file, transforms, new Set(relative), ordered, holdout, scene);
    return {
      splits,
      warnings: [...frames.warnings, ...warnings, ...unlisted, ...scene.warnings],
      storedFactor: copies.factor,
      mixedSizes: true,
      points,
      ...(ngp?.isBounded && { box: ngp.box, space: 'bounded' }),
    } satisfies PosedScene;
  },
};

interface PathedImage {
  readonly image: PosedImage;
  /** Path inside the scene as the file gives it. */
  readonly relative: string;
}

function byPath(a: PathedImage, b: PathedImage): number {
  return a.relative < b.relative ? -1 : a.relative > b.relative ? 1 : 0;
}

/** Where copies of the images for this downscaling lie: images_4/x.png for images/x.png, and likewise for masks. */
async function copiesOf(path: string, first: string | undefined, downscale: number, files: Files): Promise<Copies> {
  const base = first?.includes('/') ? first.slice(0, first.indexOf('/')) : undefined;
  if (base === undefined || downscale === 1) return NO_COPIES;
  const { factor } = await findImageFolder(path, base, downscale, files);
  return factor === 1 ? NO_COPIES : { factor, rename: (relative) => relative.replace(/^[^/]+/, (folder) => `${folder}_${factor}`) };
}

/** @param known paths of all frames, those whose images are missing included */
async function splitsOf(
  file: string,
  transforms: Transforms,
  known: ReadonlySet<string>,
  images: readonly PathedImage[],
  holdout: number,
  scene: SceneFiles,
): Promise<Pick<PosedScene, 'splits' | 'warnings'>> {
  const lists = SPLIT_NAMES.filter((split) => transforms[`${split}_filenames`] !== undefined);
  const all = images.map(({ image }) => image);
  if (lists.length === 0) return { splits: all.length === 0 ? {} : holdOut(all, holdout), warnings: [] };
  const splits: Partial<Record<SplitName, PosedImage[]>> = {};
  const listed = new Set<string>();
  for (const split of lists) {
    const key = `${split}_filenames` as const;
    const chosen = new Set<string>();
    for (const [i, written] of transforms[key]!.entries()) {
      const relative = await scene.locate(written, `${file}: ${key}[${i}]`);
      if (!known.has(relative)) throw valueError(file, `${key}[${i}]`, 'the file_path of a frame', `"${relative}"`);
      chosen.add(relative);
      listed.add(relative);
    }
    const members = images.filter(({ relative }) => chosen.has(relative)).map(({ image }) => image);
    if (members.length > 0) splits[split] = members;
  }
  const unused = images.filter(({ relative }) => !listed.has(relative)).map(({ relative }) => relative);
  if (unused.length === 0) return { splits, warnings: [] };
  return { splits, warnings: [`${unused.length} frames of ${FILE} are in none of its lists of splits and are not used (${some(unused)})`] };
}
