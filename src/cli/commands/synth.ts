/** `spikeray synth DIR`: writes a generated scene. */
import { wholeNumber } from '../../base/option-values.ts';
import { Command } from 'commander';
import { SYNTHETIC_SCENES } from '../../../datasets/synth/scenes.ts';
import { writeSyntheticScene } from '../../../datasets/synth/write-synthetic-scene.ts';
import { suggest } from '../../base/nearest-name.ts';
import { InputError } from '../../base/errors.ts';
import { replaceFiles } from '../../node/replace-folder.ts';
import { checkFolderFree } from '../../run/check-folder-free.ts';
import { quoted } from '../../base/format.ts';
import { sharpCodec } from '../../node/image-codec.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';

interface SynthOptions extends OutputOptions {
  readonly scene: string;
  readonly views: string;
  readonly size: string;
  readonly seed: string;
  readonly force?: boolean;
}

export function synthCommand(): Command {
  const names = SYNTHETIC_SCENES.map(({ name, description, format }) => `${name} (${description}; ${format} format)`).join(', ');
  const command = new Command('synth')
    .description(
      'Ray-traces a generated scene and writes it to DIR, in Blender format with training, validation and test views, or as photos in LLFF or nerfstudio format.',
    )
    .argument('<dir>', 'scene folder to write')
    .optionsGroup('Scene:')
    .option('--scene <name>', names, SYNTHETIC_SCENES[0].name)
    .option(
      '--views <n>',
      'training views, a whole number from 1 to 10000; val and test get a sixth of them each; of LLFF and nerfstudio all views, every 8th of which is for testing',
      '60',
    )
    .option(
      '--size <n>',
      'width of the images, pixels: a whole number from 8 to 4096; as high, or 4:3 in LLFF and nerfstudio format',
      '200',
    )
    .option('--seed <n>', 'seed of the cameras: a whole number from 0 to 4294967295', '0')
    .option('--force', 'write into a folder that is in use')
    .action((folder: string, options: SynthOptions) => synth(folder, options));
  return addOutputOptions(command);
}

async function synth(folder: string, options: SynthOptions): Promise<void> {
  await runAction(options, async (report) => {
    const names = SYNTHETIC_SCENES.map(({ name }) => name);
    if (!names.includes(options.scene))
      throw new InputError(`--scene ${options.scene}: unknown generated scene`, suggest(options.scene, names));
    const views = wholeNumber('--views', options.views, 1, 10_000);
    const size = wholeNumber('--size', options.size, 8, 4096);
    const seed = wholeNumber('--seed', options.seed, 0, 0xffffffff);
    await checkFolderFree(nodeFiles, folder, options.force === true, 'scene');
    await replaceFiles(nodeFiles, folder, (unfinished) =>
      writeSyntheticScene({ scene: options.scene, views, size, seed, folder: unfinished, files: nodeFiles, images: sharpCodec, report }),
    );
    const json = { folder, scene: options.scene, views, size, seed };
    return {
      json,
      text: `${folder}: "${options.scene}", ${views} views ${size} pixels wide\nnext: spikeray train ${quoted(folder)}\n`,
    };
  });
}
