/**
 * How fine a grid of planes has to be for the images of a scene: what is finer than they show costs memory and time for nothing.
 *
 *     planes <= parallax / planeParallax + 1          points of a plane <= area (pixels of a unit / pointSpacing)^2
 *
 * with the parallax in pixels of a place on the nearest plane between the cameras farthest apart (spaces/ndc.ts). Half the width and height of the
 * images is then an eighth of the voxels. `fine.planes` and `fine.voxels` remain the most.
 */
import type { SceneData } from '../../datasets/scene-data.ts';
import type { Config } from '../config/schema.ts';
import { imageDetail } from '../spaces/index.ts';
import { sceneRegion } from './scene-region.ts';

/** The fewest that a lattice may have along an axis. */
const LEAST_POINTS = 2;

/** The settings with the planes and voxels that the scene's training images ask for; those of scenes without planes as they are. */
export function fitGrid(config: Config, scene: SceneData): Config {
  const { fine } = config;
  const cameras = scene.splits.train ?? [];
  const detail = cameras.length === 0 ? null : imageDetail(scene.space, cameras);
  if (detail === null || (fine.planeParallax === null && fine.pointSpacing === null)) return config;
  const asked = fine.planeParallax === null ? Infinity : Math.ceil(detail.parallax / fine.planeParallax) + 1;
  const planes = Math.min(fine.planes, Math.max(LEAST_POINTS, asked));
  const { min, max } = sceneRegion(scene, config.scene).box;
  const area = (max[0] - min[0]) * (max[1] - min[1]);
  const ofPlane = fine.pointSpacing === null ? Infinity : area * (detail.pixelsPerUnit / fine.pointSpacing) ** 2;
  // Every doubling begins with a lattice.
  const least = planes * LEAST_POINTS ** 2 * 2 ** fine.scaleAt.length;
  const voxels = Math.min(fine.voxels, Math.max(least, Math.round(planes * ofPlane)));
  return { ...config, fine: { ...fine, planes, voxels } };
}
