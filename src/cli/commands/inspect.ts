/** `spikeray inspect SCENE`: what a scene is, and what is odd about it. */
import { Command } from 'commander';
import { detectFormat } from '../../../datasets/index.ts';
import { inspectScene, type SceneReport } from '../../../datasets/inspect-scene.ts';
import { DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import { percent, table } from '../format.ts';
import { nodeFiles } from '../node-files.ts';
import { openSceneFor } from '../open-run-scene.ts';
import { addOutputOptions, requestsOf, settingOption, type OutputOptions } from '../options.ts';
import { runAction } from '../run-action.ts';

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .summary('describe a scene and its problems')
    .description('Reads all images of SCENE and prints its format and why, views, sizes, intrinsics, bounds, background and problems.')
    .argument('<scene>', 'scene folder')
    .optionsGroup('Input:')
    .addOption(settingOption('--downscale <n>', 'scene.downscale'))
    .action((scene: string, options: OutputOptions & { downscale?: string }) => inspect(scene, options));
  return addOutputOptions(command);
}

async function inspect(path: string, options: OutputOptions): Promise<void> {
  await runAction(options, async (report) => {
    const config = resolveConfig(DEFAULT_PRESET, requestsOf({ ...options }));
    const { reason } = await detectFormat(path, nodeFiles);
    const warningsAreInTheReport = (event: Parameters<typeof report>[0]): void => {
      if (event.type !== 'warning') report(event);
    };
    const found = inspectScene(await openSceneFor(path, config.scene, undefined, warningsAreInTheReport, true));
    return { json: { path, reason, ...found }, text: describe(found, reason) };
  });
}

function describe(scene: SceneReport, reason: string): string {
  const { cameras, bounds, alpha } = scene;
  const header = ['split', 'views', 'size', 'fx', 'fy', 'cx', 'cy', 'field of view'];
  const splits = Object.entries(scene.splits).map(([name, split]) => [
    name,
    String(split.views),
    `${split.width}x${split.height}`,
    ...[split.fx, split.fy, split.cx, split.cy].map((value) => value.toFixed(1)),
    `${split.fieldOfView.x.toFixed(1)}° x ${split.fieldOfView.y.toFixed(1)}°`,
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

function point(values: readonly number[]): string {
  return `(${values.map((value) => value.toFixed(2)).join(', ')})`;
}

function leftTable(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
