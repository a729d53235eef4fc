/** `spikeray inspect SCENE`: what a scene is, and what is odd about it. */
import { describeSpace, imageDetail, spaceFacts } from '../../spaces/index.ts';
import { fitGrid } from '../../train/fit-grid.ts';
import { presets } from '../../config/presets.ts';
import { Command } from 'commander';
import { detectFormat } from '../../../datasets/index.ts';
import { inspectScene, type SceneReport } from '../../../datasets/inspect-scene.ts';
import type { SceneData, WorldFrame } from '../../../datasets/scene-data.ts';
import { drawScene } from '../../../datasets/scene-picture.ts';
import { InputError } from '../../base/errors.ts';
import { percent, table } from '../../base/format.ts';
import { DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import { loadSharp } from '../../node/image-codec.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { openSceneFor } from '../../node/node-scenes.ts';
import { addOutputOptions, type OutputOptions, requestsOf, settingOption } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';
import { checkFormat, formatOption } from '../terminal/scene-options.ts';

interface InspectOptions extends OutputOptions {
  readonly format?: string;
  readonly downscale?: string;
  readonly holdout?: string;
  readonly picture?: string;
}

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('Reads all images of SCENE and prints its format and why, views, sizes, intrinsics, bounds, background and problems.')
    .argument('<scene>', 'scene folder')
    .optionsGroup('Input:')
    .addOption(formatOption())
    .addOption(settingOption('--downscale <n>', 'scene.downscale'))
    .addOption(settingOption('--holdout <n>', 'scene.holdout'))
    .optionsGroup('Picture:')
    .option('--picture <file>', 'draw cameras, bounds and points from above and from the side into this PNG file')
    .action((scene: string, options: InspectOptions) => inspect(scene, options));
  return addOutputOptions(command);
}

async function inspect(path: string, options: InspectOptions): Promise<void> {
  await runAction(options, async (report) => {
    const { picture } = options;
    if (picture !== undefined && !/\.png$/i.test(picture))
      throw new InputError(`--picture ${picture}: expected the name of a PNG file`, 'Give a name that ends in .png.');
    const config = resolveConfig(DEFAULT_PRESET, requestsOf({ ...options }));
    const format = checkFormat(options.format);
    const { reason } = await detectFormat(path, nodeFiles, format);
    const warningsAreInTheReport = (event: Parameters<typeof report>[0]): void => {
      if (event.type !== 'warning') report(event);
    };
    const scene = await openSceneFor(path, config.scene, { format, rangeOptional: true }, warningsAreInTheReport);
    const seen = inspectScene(scene);
    const grid = gridFor(scene);
    const found = grid instanceof InputError ? { ...seen, grid: null, problems: [...seen.problems, grid.message] } : { ...seen, grid };
    if (picture !== undefined) await writePicture(scene, found, picture);
    const drawn = picture === undefined ? '' : `picture: ${picture}\n`;
    return { json: { path, reason, ...found, picture: picture ?? null }, text: describe(found, reason) + drawn };
  });
}

async function writePicture(scene: SceneData, report: SceneReport, file: string): Promise<void> {
  const sharp = await loadSharp();
  const png = await sharp(new TextEncoder().encode(drawScene(scene, report).svg))
    .png()
    .toBuffer();
  await nodeFiles.writeAtomic(file, [png]);
}

/** Planes and voxels that the preset of such scenes gives a forward-facing one, and the parallax that they follow from; null for others. */
interface PlaneGrid {
  readonly preset: string;
  /** Pixels, on the nearest plane, between the cameras farthest apart. */
  readonly parallax: number;
  readonly planes: number;
  readonly voxels: number;
}

/** An InputError says why the scene cannot be trained as a forward-facing one: a problem of the report. */
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

function describe(scene: SceneReport & { readonly grid: PlaneGrid | null }, reason: string): string {
  const { cameras, bounds, alpha, grid } = scene;
  const header = ['split', 'views', 'size', 'fx', 'fy', 'cx', 'cy', 'field of view'];
  const splits = Object.entries(scene.splits).map(([name, split]) => [
    name,
    String(split.views),
    `${split.width}x${split.height}`,
    ...[split.fx, split.fy, split.cx, split.cy].map((value) => value.toFixed(1)),
    `${split.fieldOfView.x.toFixed(1)}° x ${split.fieldOfView.y.toFixed(1)}°${split.distorted ? ', distorted' : ''}`,
  ]);
  const { centre, distance, spread } = cameras;
  const facts = [
    [
      'depth range',
      scene.near === null || scene.far === null ? 'not found' : `${scene.near.toPrecision(4)} .. ${scene.far.toPrecision(4)} m`,
    ],
    [
      'cameras',
      centre === null || distance === null || spread === null
        ? 'look at no common point'
        : `${distance.least.toPrecision(3)} .. ${distance.greatest.toPrecision(3)} m around ${point(centre)}, axes within ${spread.toPrecision(2)} m`,
    ],
    ['up', cameras.up],
    ...(scene.frame === null ? [] : [['world', describeFrame(scene.frame)]]),
    ['space', spaceText(scene)],
    ...(grid === null
      ? []
      : [
          [
            'parallax',
            `${grid.parallax.toFixed(0)} pixels on the nearest plane, between the cameras farthest apart: preset ${grid.preset} takes ${grid.planes} planes, ${grid.voxels.toLocaleString('en')} voxels`,
          ],
        ]),
    ['bounds seen by all', bounds === null ? 'none' : `${point(bounds.min)} .. ${point(bounds.max)}`],
    [
      'background',
      alpha.hasAlpha ? `transparent: ${percent(alpha.transparent)} of the pixels, ${percent(alpha.partial)} partly` : 'opaque images',
    ],
    ['fingerprint', scene.fingerprint],
  ];
  const problems =
    scene.problems.length === 0 ? 'no problems found\n' : `problems:\n${scene.problems.map((text) => `  - ${text}\n`).join('')}`;
  return `${scene.name}: ${scene.format} (${reason})\n\n${table([header, ...splits])}\n${leftTable(facts)}\n${problems}`;
}

function describeFrame({ centre, scale }: WorldFrame): string {
  const moved = centre.some((value) => value !== 0) ? `moved by ${point(centre)} to lie around the origin` : '';
  const scaled = scale === 1 ? '' : `scaled by ${scale >= 1 ? scale : `1/${1 / scale}`}`;
  return `${[moved, scaled].filter(Boolean).join(', ')} in training; all places here are those of the file`;
}

function spaceText({ space, points, cameras: { reach } }: SceneReport): string {
  const cloud = points === 0 ? '' : `; ${points.toLocaleString('en')} points`;
  return describeSpace(space, reach) + cloud;
}

function point(values: readonly number[]): string {
  return `(${values.map((value) => value.toFixed(2)).join(', ')})`;
}

function leftTable(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
