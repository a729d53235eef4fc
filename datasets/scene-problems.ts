/** What is odd about a scene: mistakes of an export, and what will make a reconstruction bad. One sentence each, with what mends it. */
import { fixed } from '../src/base/format.ts';
import { spaceFacts } from '../src/spaces/index.ts';
import { cameraGeometry } from '../src/geometry/camera-geometry.ts';
import { pixelToPlane } from '../src/geometry/lens.ts';
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
    ...viewProblems(cameras),
    ...surroundingsProblems(scene, cameras),
  ];
}

function splitProblems(scene: SceneData): string[] {
  const { train, val, test } = scene.poses;
  const problems: string[] = [];
  if (train === undefined)
    problems.push('there is no train split: the scene can be looked at, but not trained on; put photos with their poses into one');
  else if (train.length < 10)
    problems.push(`only ${train.length} training views; expect holes and floaters where no more photos are taken`);
  if (val === undefined && test === undefined)
    problems.push('there is neither a val nor a test split: quality cannot be measured; keep some photos out of training');
  for (const [split, views] of Object.entries(scene.splits)) {
    const empty = views.filter(({ rgba }) => rgba.every((value, i) => i % 4 !== 3 || value === 0));
    if (empty.length > 0) problems.push(`${empty.length} ${split} images are wholly transparent (${listed(empty)}); leave them out`);
    const black = views.filter(({ mask }) => mask?.every((value) => value === 0));
    if (black.length > 0)
      problems.push(
        `the masks of ${black.length} ${split} images leave nothing of them (${listed(black)}); are black and white the wrong way round?`,
      );
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
      if (other !== undefined)
        problems.push(`${other.split} ${other.name} and ${split} ${view.name} have the same pose; leave one of them out`);
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
      `no axis of the world points up: the cameras' mean up is (${up.map((value) => fixed(value, 2)).join(', ')}); orbits will lean until another one is chosen in the viewer`,
    );
  }
  const turned = cameras.filter(({ camToWorld: m }) => m[1] * up[0] + m[5] * up[1] + m[9] * up[2] < 0);
  if (turned.length > 0)
    problems.push(`${turned.length} of ${cameras.length} cameras are upside down (${listed(turned)}); are their photos turned?`);
  return problems;
}

/** Share of the border's pixels that have about its median colour where photos show nothing but a subject. */
const PLAIN = 0.5;
const ABOUT_EQUAL = 16;

/** A box holds what is in it: photos with surroundings would have to be explained by what is inside. */
function surroundingsProblems({ space, hasAlpha }: SceneData, cameras: readonly View[]): string[] {
  if (!spaceFacts(space).boxed || hasAlpha) return [];
  const shown = cameras.filter(({ mask }) => mask === undefined);
  const stride = Math.max(1, Math.ceil(shown.length / 8));
  const varied = shown.filter((view, i) => i % stride === 0 && plainShare(view) < PLAIN);
  if (varied.length * 2 <= shown.length / stride) return [];
  return [
    `the scene is taken for a subject in a box, but its photos show surroundings (${listed(varied)}): if they are not of one plain colour, --set scene.space=unbounded`,
  ];
}

/** Share of the pixels on the border of an image whose colour is about the median one. */
function plainShare({ rgba, intrinsics: { width, height } }: View): number {
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(x, x + (height - 1) * width);
  for (let y = 1; y < height - 1; y++) border.push(y * width, y * width + width - 1);
  const median = [0, 1, 2].map((c) => border.map((pixel) => rgba[pixel * 4 + c]).sort((a, b) => a - b)[border.length >> 1]);
  const plain = border.filter((pixel) => median.every((value, c) => Math.abs(rgba[pixel * 4 + c] - value) <= ABOUT_EQUAL));
  return plain.length / border.length;
}

/** Fields of view, degrees, and how far a lens moves the corner of an image, that cameras have. */
const USUAL_VIEW = [1, 150] as const;
const USUAL_BEND = [0.5, 2] as const;
/** Pixels whose sides differ by more than this share are rare. */
const SQUARE = 0.05;

function viewProblems(cameras: readonly View[]): string[] {
  const problems: string[] = [];
  const angle = ({ intrinsics: { width, height, fx, fy } }: View): number =>
    (Math.max(2 * Math.atan(width / (2 * fx)), 2 * Math.atan(height / (2 * fy))) * 180) / Math.PI;
  const odd = cameras.filter((view) => angle(view) < USUAL_VIEW[0] || angle(view) > USUAL_VIEW[1]);
  if (odd.length > 0)
    problems.push(
      `the field of view of ${odd.length} of ${cameras.length} cameras is ${angle(odd[0]).toPrecision(3)} degrees (${listed(odd)}): are the focal lengths in pixels?`,
    );
  const aspect = ({ intrinsics: { fx, fy } }: View): number => fx / fy;
  const oblong = cameras.filter((view) => Math.abs(Math.log(aspect(view))) > SQUARE);
  if (oblong.length > 0)
    problems.push(
      `the pixels of ${oblong.length} of ${cameras.length} cameras are no squares: fx is ${aspect(oblong[0]).toPrecision(3)} times fy (${listed(oblong)}); are both focal lengths for images of this size?`,
    );
  const bent = cameras.filter((view) => bendOf(view) < USUAL_BEND[0] || bendOf(view) > USUAL_BEND[1]);
  if (bent.length > 0)
    problems.push(
      `the lens of ${bent.length} of ${cameras.length} cameras moves the corner of the image to ${bendOf(bent[0]).toPrecision(2)} times its distance (${listed(bent)}): are k1..k4, p1, p2 those of these photos?`,
    );
  return problems;
}

/** Distance of the image's first corner from the principal point, over what it would be without distortion. */
function bendOf({ intrinsics: k }: View): number {
  if (k.distortion === undefined) return 1;
  const plane = new Float64Array(2);
  pixelToPlane(k, 0, 0, plane);
  return Math.hypot(k.cx / k.fx, k.cy / k.fy) / Math.hypot(plane[0], plane[1]);
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
    `the principal point of ${off.length} of ${cameras.length} cameras is far from the middle of the image (${listed(off)}: ${fixed(cx, 1)}, ${fixed(cy, 1)} of ${width}x${height}): were the images cropped or scaled?`,
  ];
}

function geometryProblems(scene: SceneData, cameras: readonly View[]): string[] {
  const poses = cameras.map((view) => view.camToWorld);
  const { centre, radius, spread, facing, distances } = cameraGeometry(poses);
  // Forward-facing cameras need no common centre.
  if (spaceFacts(scene.space).forwardFacing)
    return facesForward(poses)
      ? []
      : ['the scene is taken for a forward-facing one, but its cameras look all ways; --set scene.space=unbounded if they stand around it'];
  if (centre === null) return ['all cameras look in the same direction; photos from other sides are needed'];
  const problems: string[] = [];
  const length = (value: number): number => lengthToFile(scene.frame, value);
  if (spread > 0.25 * radius) {
    problems.push(
      `the cameras do not look at a common centre: their axes miss it by ${length(spread).toFixed(2)} at a distance of ${length(radius).toFixed(2)}; is that so, or are poses wrong?`,
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
    problems.push(
      `unusual scale: the cameras are ${radius.toPrecision(2)} from what they look at, taken for metres; are poses and photos of one scene?`,
    );
  const outside = distances.filter((distance) => distance < scene.near || distance > scene.far).length;
  if (outside > 0)
    problems.push(
      `the common centre is outside near .. far for ${outside} of ${cameras.length} cameras; choose others with --set scene.near=… --set scene.far=…`,
    );
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
