/**
 * Tanks and Temples (Knapitsch et al. 2017) in the NSVF layout, as DVGO reads it: two splits, the subject cut out. With a test_traj.txt beside them the
 * same files count as BlendedMVS and are read the same way. The layout is in nsvf-folder.ts.
 */
import { loadNsvfFolder, nsvfNames } from './nsvf-folder.ts';
import type { SceneFormat } from './scene-format.ts';

export const tanksTemplesFormat: SceneFormat = {
  name: 'tanks-temples',

  async detect(path, files) {
    const { isNsvf, hasThree, hasTrajectory } = await nsvfNames(path, files);
    const found = isNsvf && !hasThree && !hasTrajectory;
    return { found, reason: found ? 'found rgb with two splits, pose, intrinsics.txt' : 'rgb/0_*, rgb/1_*, pose, intrinsics.txt' };
  },

  load: loadNsvfFolder,
};
