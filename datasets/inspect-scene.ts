/** What a person wants to know about a scene before training on it, as plain JSON, in the coordinates of its file (world-frame.ts). */
import { inCoordinates, spaceFacts } from '../src/spaces/index.ts';
import type { Box } from '../src/geometry/box.ts';
import { cameraGeometry } from '../src/geometry/camera-geometry.ts';
import type { Vec3 } from '../src/geometry/vector.ts';
import { meanUp, upText } from '../src/geometry/world-up.ts';
import type { SceneSpace } from '../src/spaces/space.ts';
import type { SceneData, SplitName, View, WorldFrame } from './scene-data.ts';
import { SPLIT_NAMES } from './scene-format.ts';
import { sceneProblems } from './scene-problems.ts';
import { boxToFile, lengthToFile, pointToFile } from './world-frame.ts';

export interface SplitReport {
  readonly views: number;
  readonly width: number;
  readonly height: number;
  /** Pixels; of the first view. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  /** Whether any of the views has lens distortion. */
  readonly distorted: boolean;
  /** Degrees, of a pinhole with the first view's focal lengths. */
  readonly fieldOfView: { readonly x: number; readonly y: number };
}

export interface CameraReport {
  /** Point nearest to all optical axes; null if the cameras share none. */
  readonly centre: readonly [number, number, number] | null;
  /** Distances of the cameras to it. */
  readonly distance: { readonly least: number; readonly median: number; readonly greatest: number } | null;
  /** Root mean square distance by which the axes miss it. */
  readonly spread: number | null;
  /** Half the longest side of the box of their centres. */
  readonly reach: number;
  /** Mean up of the cameras: the world axis it nearly is ("+z"), or its components. */
  readonly up: string;
}

export interface SceneReport {
  readonly name: string;
  readonly format: string;
  readonly splits: Readonly<Partial<Record<SplitName, SplitReport>>>;
  /** How the world of a field of this scene lies in the coordinates of its file: p_file = centre + p_world / scale; null: it is theirs. */
  readonly frame: WorldFrame | null;
  /** z-depth range, lengths of the file (of a forward-facing scene: of its own world); null where the cameras do not tell and none was given. */
  readonly near: number | null;
  readonly far: number | null;
  readonly space: SceneSpace;
  /** Places on surfaces that the scene records. */
  readonly points: number;
  readonly cameras: CameraReport;
  /** Cube around the largest ball that every camera sees whole: where the object probably is. Null without a common centre. */
  readonly bounds: Box | null;
  readonly alpha: {
    readonly hasAlpha: boolean;
    /** Shares of all pixels with alpha 0, and with alpha between 0 and 255. */
    readonly transparent: number;
    readonly partial: number;
  };
  readonly problems: readonly string[];
  readonly fingerprint: string;
}

export function inspectScene(scene: SceneData): SceneReport {
  const present = SPLIT_NAMES.filter((split) => scene.splits[split] !== undefined);
  const cameras = scene.splits.train ?? scene.splits[present[0]] ?? [];
  const geometry = cameraGeometry(cameras.map((view) => view.camToWorld));
  const sorted = [...geometry.distances].sort((a, b) => a - b);
  const ball = geometry.centre === null ? 0 : seenRadius(cameras, geometry.distances);
  const { centre } = geometry;
  const { frame, space } = scene;
  // The world of forward-facing scenes is another one still.
  const shown = spaceFacts(space).forwardFacing ? null : frame;
  const length = (value: number): number => lengthToFile(shown, value);
  const seen = centre && { min: pointOf(centre, (c) => c - ball), max: pointOf(centre, (c) => c + ball) };
  return {
    name: scene.name,
    format: scene.format,
    splits: Object.fromEntries(present.map((split) => [split, reportSplit(scene.splits[split]!)])),
    frame,
    near: Number.isNaN(scene.near) ? null : length(scene.near),
    far: Number.isNaN(scene.far) ? null : length(scene.far),
    space: inCoordinates(space, { point: (p) => pointToFile(frame, p), length: (metres) => lengthToFile(frame, metres) }),
    points: (scene.points?.length ?? 0) / 3,
    cameras: {
      centre: centre && pointToFile(shown, centre),
      distance:
        centre === null ? null : { least: length(sorted[0]), median: length(geometry.radius), greatest: length(sorted[sorted.length - 1]) },
      spread: centre === null ? null : length(geometry.spread),
      reach: length(reachOf(cameras)),
      up: upText(meanUp(cameras)),
    },
    bounds: seen && boxToFile(shown, seen),
    alpha: { hasAlpha: scene.hasAlpha, ...alphaShares(scene) },
    problems: [...scene.warnings, ...sceneProblems(scene, cameras)],
    fingerprint: scene.fingerprint,
  };
}

function reachOf(cameras: readonly View[]): number {
  let reach = 0;
  for (const place of [3, 7, 11]) {
    let [low, high] = [Infinity, -Infinity];
    for (const { camToWorld } of cameras) [low, high] = [Math.min(low, camToWorld[place]), Math.max(high, camToWorld[place])];
    reach = Math.max(reach, (high - low) / 2);
  }
  return reach;
}

function pointOf(p: Vec3, change: (value: number) => number): Vec3 {
  return [change(p[0]), change(p[1]), change(p[2])];
}

function reportSplit(views: readonly View[]): SplitReport {
  const { width, height, fx, fy, cx, cy } = views[0].intrinsics;
  const degrees = (size: number, focal: number): number => (2 * Math.atan(size / (2 * focal)) * 180) / Math.PI;
  return {
    views: views.length,
    width,
    height,
    fx,
    fy,
    cx,
    cy,
    distorted: views.some(({ intrinsics }) => intrinsics.distortion !== undefined),
    fieldOfView: { x: degrees(width, fx), y: degrees(height, fy) },
  };
}

/** Radius of the ball around the common centre that all cameras see whole, taking them to look straight at it. */
function seenRadius(cameras: readonly View[], distances: readonly number[]): number {
  return cameras.reduce((least, { intrinsics: k }, i) => {
    const half = Math.atan(Math.min(k.width / (2 * k.fx), k.height / (2 * k.fy)));
    return Math.min(least, distances[i] * Math.sin(half));
  }, Infinity);
}

function alphaShares(scene: SceneData): { transparent: number; partial: number } {
  let pixels = 0;
  let transparent = 0;
  let partial = 0;
  for (const { rgba } of Object.values(scene.splits).flat()) {
    pixels += rgba.length / 4;
    for (let i = 3; i < rgba.length; i += 4) {
      if (rgba[i] === 0) transparent++;
      else if (rgba[i] < 255) partial++;
    }
  }
  return pixels === 0 ? { transparent: 0, partial: 0 } : { transparent: transparent / pixels, partial: partial / pixels };
}
