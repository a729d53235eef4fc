/** What is odd about a scene: mistakes of an export, and what will make a reconstruction bad. One sentence each. */
import { spaceFacts } from '../src/spaces/index.ts';
import { cameraGeometry } from '../src/geometry/camera-geometry.ts';
import { meanUp, nearestAxis } from '../src/geometry/world-up.ts';
import type { SceneData, View } from './scene-data.ts';
import { facesForward } from './scene-space.ts';
import { lengthToFile } from './world-frame.ts';

/** Distances of cameras to their subject that are usual, in metres of the file: beyond, the unit is probably another one. */
const USUAL_SCALE = [0.02, 200] as const;

/**
 * Besides `SceneData.warnings`. Of splits that were not opened only the poses are looked at.
 *
 * @param cameras that define the scene
 */
export function sceneProblems(scene: SceneData, cameras: readonly View[]): string[] {
  return [
    ...splitProblems(scene),
    ...poseProblems(scene),
    ...upProblems(cameras),
    ...geometryProblems(scene, cameras),
    ...lensProblems(cameras),
  ];
}

function splitProblems(scene: SceneData): string[] {
  const { train, val, test } = scene.poses;
  const problems: string[] = [];
  if (train === undefined) problems.push('there is no train split: the scene can be looked at, but not trained on');
  else if (train.length < 10) problems.push(`only ${train.length} training views; expect holes and floaters`);
  if (val === undefined && test === undefined) problems.push('there is neither a val nor a test split: quality cannot be measured');
  for (const [split, views] of Object.entries(scene.splits)) {
    const empty = views.filter(({ rgba }) => rgba.every((value, i) => i % 4 !== 3 || value === 0));
    if (empty.length > 0) problems.push(`${empty.length} ${split} images are wholly transparent (${listed(empty)})`);
    const black = views.filter(({ mask }) => mask?.every((value) => value === 0));
    if (black.length > 0) problems.push(`the masks of ${black.length} ${split} images leave nothing of them (${listed(black)})`);
  }
  return problems;
}

/** The same pose twice: a mistake of the export, and across splits a measurement on training data. */
function poseProblems(scene: SceneData): string[] {
  const problems: string[] = [];
  const seen = new Map<string, { split: string; name: string }>();
  for (const [split, views] of Object.entries(scene.poses)) {
    for (const view of views) {
      const key = Array.from(view.camToWorld, (value) => value.toFixed(6)).join(' ');
      const other = seen.get(key);
      if (other !== undefined) problems.push(`${other.split} ${other.name} and ${split} ${view.name} have the same pose`);
      else seen.set(key, { split, name: view.name });
    }
  }
  return problems.length > 5 ? [...problems.slice(0, 5), `… and ${problems.length - 5} more equal poses`] : problems;
}

function upProblems(cameras: readonly View[]): string[] {
  if (cameras.length === 0) return [];
  const up = meanUp(cameras);
  const problems: string[] = [];
  if (nearestAxis(up) === null) {
    problems.push(
      `no axis of the world points up: the cameras' mean up is (${up.map((value) => value.toFixed(2)).join(', ')}); orbits will lean`,
    );
  }
  const turned = cameras.filter(({ camToWorld: m }) => m[1] * up[0] + m[5] * up[1] + m[9] * up[2] < 0);
  if (turned.length > 0) problems.push(`${turned.length} of ${cameras.length} cameras are upside down (${listed(turned)})`);
  return problems;
}

/** Principal points farther from the middle than this share of a side are rare. */
const FAR_OFF_CENTRE = 0.25;

function lensProblems(cameras: readonly View[]): string[] {
  const off = cameras.filter(
    ({ intrinsics: { width, height, cx, cy } }) => Math.max(Math.abs(cx / width - 0.5), Math.abs(cy / height - 0.5)) > FAR_OFF_CENTRE,
  );
  if (off.length === 0) return [];
  const { width, height, cx, cy } = off[0].intrinsics;
  return [
    `the principal point of ${off.length} of ${cameras.length} cameras is far from the middle of the image (${listed(off)}: ${cx.toFixed(1)}, ${cy.toFixed(1)} of ${width}x${height}): were the images cropped or scaled?`,
  ];
}

function geometryProblems(scene: SceneData, cameras: readonly View[]): string[] {
  const poses = cameras.map((view) => view.camToWorld);
  const { centre, radius, spread, facing, distances } = cameraGeometry(poses);
  // Forward-facing cameras need no common centre.
  if (spaceFacts(scene.space).forwardFacing)
    return facesForward(poses) ? [] : ['the scene is taken for a forward-facing one, but its cameras look all ways'];
  if (centre === null) return ['all cameras look in the same direction'];
  const problems: string[] = [];
  const length = (value: number): number => lengthToFile(scene.frame, value);
  if (spread > 0.25 * radius) {
    problems.push(
      `the cameras do not look at a common centre: their axes miss it by ${length(spread).toFixed(2)} at a distance of ${length(radius).toFixed(2)}`,
    );
    // Unbounded scenes need none, and what is said of one that does not exist would mislead.
    if (!spaceFacts(scene.space).needsDepths) return problems;
  }
  if (facing < 1) {
    const away = cameras.filter(
      ({ camToWorld: m }) => [0, 1, 2].reduce((sum, k) => sum + m[k * 4 + 2] * (m[k * 4 + 3] - centre[k]), 0) <= 0,
    );
    const all = away.length === cameras.length ? ': are these poses of a camera that looks along +Z, as in OpenCV, in place of -Z?' : '';
    problems.push(`${away.length} of ${cameras.length} cameras look away from the common centre (${listed(away)})${all}`);
  }
  if (radius < USUAL_SCALE[0] || radius > USUAL_SCALE[1])
    problems.push(`unusual scale: the cameras are ${radius.toPrecision(2)} from what they look at, taken for metres`);
  const outside = distances.filter((distance) => distance < scene.near || distance > scene.far).length;
  if (outside > 0) problems.push(`the common centre is outside near .. far for ${outside} of ${cameras.length} cameras`);
  return problems;
}

function listed(views: readonly View[]): string {
  return (
    views
      .slice(0, 3)
      .map((view) => view.name)
      .join(', ') + (views.length > 3 ? ', …' : '')
  );
}
