/** What `spikeray inspect` and the studio say of a scene: its report, what training would make of it, and both in words. */
import { inspectScene, type SceneReport } from '../../datasets/inspect-scene.ts';
import type { SceneData, WorldFrame } from '../../datasets/scene-data.ts';
import { InputError } from '../base/errors.ts';
import { fixed, percent } from '../base/format.ts';
import { presets } from '../config/presets.ts';
import { describeSpace, imageDetail, spaceFacts } from '../spaces/index.ts';
import { fitGrid } from '../train/fit-grid.ts';

export interface SceneFindings extends SceneReport {
  /** null: the scene is not forward-facing, or cannot be trained as one, as a problem says then. */
  readonly grid: PlaneGrid | null;
}

/** Planes and voxels that the preset of such scenes gives a forward-facing one, and the parallax that they follow from. */
export interface PlaneGrid {
  readonly preset: string;
  /** Pixels, on the nearest plane, between the cameras farthest apart. */
  readonly parallax: number;
  readonly planes: number;
  readonly voxels: number;
}

export function findingsOf(scene: SceneData): SceneFindings {
  const report = inspectScene(scene);
  const grid = gridFor(scene);
  return grid instanceof InputError ? { ...report, grid: null, problems: [...report.problems, grid.message] } : { ...report, grid };
}

/** An InputError says why the scene cannot be trained as a forward-facing one. */
function gridFor(scene: SceneData): PlaneGrid | InputError | null {
  const cameras = scene.splits.train ?? [];
  const detail = cameras.length === 0 ? null : imageDetail(scene.space, cameras);
  if (detail === null) return null;
  const { preset } = spaceFacts(scene.space);
  try {
    const { planes, voxels } = fitGrid(presets[preset], scene).fine;
    return { preset, parallax: detail.parallax, planes, voxels };
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** A header, and a row for each split. */
export function splitRows({ splits }: SceneFindings): string[][] {
  const rows = Object.entries(splits).map(([name, split]) => [
    name,
    String(split.views),
    `${split.width}x${split.height}`,
    ...[split.fx, split.fy, split.cx, split.cy].map((value) => fixed(value, 1)),
    `${split.fieldOfView.x.toFixed(1)}° x ${split.fieldOfView.y.toFixed(1)}°${split.distorted ? ', distorted' : ''}`,
  ]);
  return [['split', 'views', 'size', 'fx', 'fy', 'cx', 'cy', 'field of view'], ...rows];
}

/**
 * Names and values.
 *
 * @param reason why it is taken for a scene of its format
 */
export function factRows(found: SceneFindings, reason: string): [string, string][] {
  const { near, far, cameras, frame, space, points, grid, bounds, alpha, fingerprint } = found;
  const { centre, distance, spread } = cameras;
  return [
    ['format', `${found.format} (${reason})`],
    ['depth range', near === null || far === null ? 'not found' : `${near.toPrecision(4)} .. ${far.toPrecision(4)} m`],
    [
      'cameras',
      centre === null || distance === null || spread === null
        ? 'look at no common point'
        : `${distance.least.toPrecision(3)} .. ${distance.greatest.toPrecision(3)} m around ${point(centre)}, axes within ${spread.toPrecision(2)} m`,
    ],
    ['up', cameras.up],
    ...(frame === null ? [] : [['world', describeFrame(frame)] as [string, string]]),
    ['space', describeSpace(space, cameras.reach) + (points === 0 ? '' : `; ${points.toLocaleString('en')} points`)],
    ...(grid === null ? [] : [['parallax', describeGrid(grid)] as [string, string]]),
    ['bounds seen by all', bounds === null ? 'none' : `${point(bounds.min)} .. ${point(bounds.max)}`],
    [
      'background',
      alpha.hasAlpha ? `transparent: ${percent(alpha.transparent)} of the pixels, ${percent(alpha.partial)} partly` : 'opaque images',
    ],
    ['fingerprint', fingerprint],
  ];
}

function describeGrid({ preset, parallax, planes, voxels }: PlaneGrid): string {
  return `${parallax.toFixed(0)} pixels on the nearest plane, between the cameras farthest apart: preset ${preset} takes ${planes} planes, ${voxels.toLocaleString('en')} voxels`;
}

function describeFrame({ centre, scale }: WorldFrame): string {
  const moved = centre.some((value) => value !== 0) ? `moved by ${point(centre)} to lie around the origin` : '';
  const scaled = scale === 1 ? '' : `scaled by ${scale >= 1 ? scale : `1/${1 / scale}`}`;
  return `${[moved, scaled].filter(Boolean).join(', ')} in training; all places here are those of the file`;
}

function point(values: readonly number[]): string {
  return `(${values.map((value) => fixed(value, 2)).join(', ')})`;
}
