/**
 * Synthetic-NSVF (Liu et al. 2020): three splits, transparent images, a box in bbox.txt. The layout is in nsvf-folder.ts.
 */
import { loadNsvfFolder, nsvfNames } from './nsvf-folder.ts';
import type { SceneFormat } from './scene-format.ts';

export const nsvfFormat: SceneFormat = {
  name: 'nsvf',

  async detect(path, files) {
    const { isNsvf, hasThree } = await nsvfNames(path, files);
    const found = isNsvf && hasThree;
    return {
      found,
      reason: found ? 'found rgb with three splits, pose, intrinsics.txt' : 'rgb/0_*, rgb/1_*, rgb/2_*, pose, intrinsics.txt',
    };
  },

  load: loadNsvfFolder,
};
