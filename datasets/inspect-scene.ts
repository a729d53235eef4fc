/** What a person wants to know about a scene before training on it, as plain JSON. */
import { cameraGeometry } from './camera-geometry.ts';
import type { SceneData, SplitName, View } from './scene-data.ts';
import { SPLIT_NAMES } from './scene-format.ts';

export interface SplitReport {
  readonly views: number;
  readonly width: number;
  readonly height: number;
  /** Pixels; of the first view. */
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
  /** Degrees. */
  readonly fieldOfView: { readonly x: number; readonly y: number };
}

export interface CameraReport {
  /** Point nearest to all optical axes, world; null if the cameras share none. */
  readonly centre: readonly [number, number, number] | null;
  /** Distances of the cameras to it, metres. */
  readonly distance: { readonly least: number; readonly median: number; readonly greatest: number } | null;
  /** Root mean square distance by which the axes miss it, metres. */
  readonly spread: number | null;
}

export interface SceneReport {
  readonly name: string;
  readonly format: string;
  readonly splits: Readonly<Partial<Record<SplitName, SplitReport>>>;
  /** z-depth range, metres; null where the cameras do not tell and none was given. */
  readonly near: number | null;
  readonly far: number | null;
  readonly cameras: CameraReport;
  /** Cube around the largest ball that every camera sees whole: where the object probably is. Null without a common centre. */
  readonly bounds: { readonly min: readonly number[]; readonly max: readonly number[] } | null;
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
  return {
    name: scene.name,
    format: scene.format,
    splits: Object.fromEntries(present.map((split) => [split, reportSplit(scene.splits[split]!)])),
    near: Number.isNaN(scene.near) ? null : scene.near,
    far: Number.isNaN(scene.far) ? null : scene.far,
    cameras: {
      centre,
      distance: centre === null ? null : { least: sorted[0], median: geometry.radius, greatest: sorted[sorted.length - 1] },
      spread: centre === null ? null : geometry.spread,
    },
    bounds: centre === null ? null : { min: centre.map((c) => c - ball), max: centre.map((c) => c + ball) },
    alpha: { hasAlpha: scene.hasAlpha, ...alphaShares(scene) },
    problems: [...scene.warnings, ...splitProblems(scene), ...poseProblems(scene), ...geometryProblems(scene, cameras)],
    fingerprint: scene.fingerprint,
  };
}

function reportSplit(views: readonly View[]): SplitReport {
  const { width, height, fx, fy, cx, cy } = views[0].intrinsics;
  const degrees = (size: number, focal: number): number => (2 * Math.atan(size / (2 * focal)) * 180) / Math.PI;
  return { views: views.length, width, height, fx, fy, cx, cy, fieldOfView: { x: degrees(width, fx), y: degrees(height, fy) } };
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

function splitProblems(scene: SceneData): string[] {
  const { train, val, test } = scene.splits;
  const problems: string[] = [];
  if (train === undefined) problems.push('there is no train split: the scene can be looked at, but not trained on');
  else if (train.length < 10) problems.push(`only ${train.length} training views; expect holes and floaters`);
  if (val === undefined && test === undefined) problems.push('there is neither a val nor a test split: quality cannot be measured');
  for (const [split, views] of Object.entries(scene.splits)) {
    const empty = views.filter(({ rgba }) => rgba.every((value, i) => i % 4 !== 3 || value === 0));
    if (empty.length > 0) problems.push(`${empty.length} ${split} images are wholly transparent (${listed(empty)})`);
  }
  return problems;
}

/** The same pose twice: a mistake of the export, and across splits a measurement on training data. */
function poseProblems(scene: SceneData): string[] {
  const problems: string[] = [];
  const seen = new Map<string, { split: string; name: string }>();
  for (const [split, views] of Object.entries(scene.splits)) {
    for (const view of views) {
      const key = Array.from(view.camToWorld, (value) => value.toFixed(6)).join(' ');
      const other = seen.get(key);
      if (other !== undefined) problems.push(`${other.split} ${other.name} and ${split} ${view.name} have the same pose`);
      else seen.set(key, { split, name: view.name });
    }
  }
  return problems.length > 5 ? [...problems.slice(0, 5), `… and ${problems.length - 5} more equal poses`] : problems;
}

function geometryProblems(scene: SceneData, cameras: readonly View[]): string[] {
  const { centre, radius, spread, facing, distances } = cameraGeometry(cameras.map((view) => view.camToWorld));
  if (centre === null) return ['all cameras look in the same direction'];
  const problems: string[] = [];
  const away = Math.round((1 - facing) * cameras.length);
  if (spread > 0.25 * radius) {
    problems.push(
      `the cameras do not look at a common centre: their axes miss it by ${spread.toFixed(2)} at a distance of ${radius.toFixed(2)}`,
    );
  }
  if (away > 0) problems.push(`${away} of ${cameras.length} cameras look away from the common centre`);
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
