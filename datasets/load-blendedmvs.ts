/**
 * BlendedMVS (Yao et al. 2020) as DVGO and NSVF read it: two splits, opaque images on a plain background, a camera path in test_traj.txt (which is not
 * used). The layout is in nsvf-folder.ts.
 */
import { loadNsvfFolder, nsvfNames } from './nsvf-folder.ts';
import type { SceneFormat } from './scene-format.ts';

export const blendedMvsFormat: SceneFormat = {
  name: 'blendedmvs',

  async detect(path, files) {
    const { isNsvf, hasThree, hasTrajectory } = await nsvfNames(path, files);
    const found = isNsvf && !hasThree && hasTrajectory;
    return {
      found,
      reason: found
        ? 'found rgb with two splits, pose, intrinsics.txt, test_traj.txt'
        : 'rgb/0_*, rgb/1_*, pose, intrinsics.txt, test_traj.txt',
    };
  },

  load: loadNsvfFolder,
};
