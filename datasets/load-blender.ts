/**
 * The layout of the NeRF synthetic scenes (Mildenhall et al. 2020), as written from Blender: one transforms_SPLIT.json a split, each with cameras of
 * its own (transforms-file.ts). The published files have camera_angle_x alone: with image width W the focal length is
 * fx = fy = W / (2 tan(angle / 2)), the principal point the image centre.
 */
import type { Files } from '../src/io/files.ts';
import type { SplitName } from './scene-data.ts';
import { SceneFiles } from './scene-files.ts';
import { SPLIT_NAMES, type PosedImage, type PosedScene, type SceneFormat } from './scene-format.ts';
import { joinPath } from './scene-paths.ts';
import { framePaths, loadFrames, loadPoints, ngpBox, readTransforms } from './transforms-file.ts';

export const blenderFormat: SceneFormat = {
  name: 'blender',

  async detect(path, files) {
    const present = await presentSplits(path, files);
    if (present.length === 0) return { found: false, reason: SPLIT_NAMES.map(fileName).join(', ') };
    return { found: true, reason: `found ${present.map(fileName).join(', ')}` };
  },

  async load(path, files) {
    const scene = new SceneFiles(path, files);
    const splits: Partial<Record<SplitName, PosedImage[]>> = {};
    const warnings: string[] = [];
    const about: Pick<PosedScene, 'points' | 'box'>[] = [];
    let mixedSizes = false;
    for (const split of await presentSplits(path, files)) {
      const file = joinPath(path, fileName(split));
      const transforms = await readTransforms(file, files);
      const frames = await loadFrames(file, transforms, await framePaths(file, transforms, scene), scene);
      const cloud = await loadPoints(file, transforms, scene, files);
      warnings.push(...frames.warnings, ...cloud.warnings);
      mixedSizes ||= frames.mixedSizes;
      if (transforms.frames.length === 0) warnings.push(`${file} lists no frames; the scene has no ${split} split`);
      else splits[split] = frames.images;
      about.push({ box: ngpBox(transforms)?.box, points: cloud.points });
    }
    return { splits, warnings: [...warnings, ...scene.warnings], space: 'bounded', mixedSizes, ...about[0] };
  },
};

async function presentSplits(path: string, files: Files): Promise<SplitName[]> {
  const kinds = await Promise.all(SPLIT_NAMES.map((split) => files.kind(joinPath(path, fileName(split)))));
  return SPLIT_NAMES.filter((_, i) => kinds[i] === 'file');
}

function fileName(split: SplitName): string {
  return `transforms_${split}.json`;
}
