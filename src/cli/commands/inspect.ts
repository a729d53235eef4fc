/** `spikeray inspect SCENE`: what a scene is, and what is odd about it. */
import { Command } from 'commander';
import { detectFormat } from '../../../datasets/index.ts';
import type { SceneReport } from '../../../datasets/inspect-scene.ts';
import type { SceneData } from '../../../datasets/scene-data.ts';
import { drawScene } from '../../../datasets/scene-picture.ts';
import { InputError } from '../../base/errors.ts';
import { table } from '../../base/format.ts';
import { DEFAULT_PRESET, resolveConfig } from '../../config/resolve-config.ts';
import { factRows, findingsOf, splitRows, type SceneFindings } from '../../jobs/scene-findings.ts';
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
    const found = findingsOf(scene);
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

function describe(found: SceneFindings, reason: string): string {
  const { name, problems } = found;
  const odd = problems.length === 0 ? 'no problems found\n' : `problems:\n${problems.map((text) => `  - ${text}\n`).join('')}`;
  return `${name}\n\n${table(splitRows(found))}\n${leftTable(factRows(found, reason))}\n${odd}`;
}

function leftTable(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
