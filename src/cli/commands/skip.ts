/** `spikeray skip RUN`: trains a mask of the places that rendering can leave out. */
import { Command, Option } from 'commander';
import { InputError } from '../../base/errors.ts';
import { percent, table } from '../../base/format.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { loadRun, type RunFieldOptions } from '../../node/open-run-field.ts';
import { whileWritingInto } from '../../node/write-into.ts';
import { MASK_FILE } from '../../run/run-folder.ts';
import { encodeMask } from '../../skip/mask-file.ts';
import { CLASSIFIERS, type ClassifierName } from '../../skip/place-classifier.ts';
import { skipPlaces, type SkipWork } from '../../skip/skip-mask.ts';
import { type MaskTest, trainMask } from '../../skip/train-mask.ts';
import { addOutputOptions, checkpointOption, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';

interface SkipOptions extends OutputOptions, Pick<RunFieldOptions, 'checkpoint'> {
  readonly classifier: ClassifierName;
  readonly alpha: string;
  readonly places: string;
  readonly seed: string;
  readonly out?: string;
}

export function skipCommand(): Command {
  const command = new Command('skip')
    .description(
      'Trains a first-spike classifier, by a local rule, to tell empty places of RUN from surface by their features, or for comparison a linear one, and writes it as a skip mask: `eval`, `render` and `energy` leave out with --skip-mask what it takes for empty.',
    )
    .argument('<run>', 'run folder')
    .optionsGroup('Classifier:')
    .addOption(new Option('--classifier <name>', 'what learns').choices(CLASSIFIERS).default('first-spike'))
    .option('--alpha <a>', 'alpha of a step above which a place is surface: a number above 0, below 1', '0.01')
    .option('--places <n>', 'places trained on, and as many tested on, at most: a whole number from 2 to 1000000', '20000')
    .option('--seed <n>', 'which places are drawn, and the first weights: a whole number', '1')
    .optionsGroup('Run:')
    .addOption(checkpointOption())
    .optionsGroup('Files:')
    .option('--out <file>', 'file to write (default: RUN/skip-mask.json)')
    .action((run: string, options: SkipOptions) => skip(run, options));
  return addOutputOptions(command);
}

async function skip(folder: string, options: SkipOptions): Promise<void> {
  await runAction(options, async () => {
    const alpha = Number(options.alpha);
    if (!(alpha > 0 && alpha < 1))
      throw new InputError(`--alpha ${options.alpha}: expected a number above 0 and below 1`, 'Change the option.');
    const places = wholeNumber('--places', options.places, 2, 1e6);
    const seed = wholeNumber('--seed', options.seed, 0, 2 ** 32 - 1);
    const { run, checkpoint, path, sha256 } = await loadRun(folder, options);
    // A training may replace the file while the mask is trained.
    const ofCheckpoint = await sha256();
    const out = options.out ?? `${run.folder}/${MASK_FILE}`;
    const { test, work } = await whileWritingInto(run.folder, out, 'file', async ({ confirm }) => {
      const { mask, test } = await trainMask(checkpoint, { alpha, places, seed, classifier: options.classifier });
      const { work } = await skipPlaces(checkpoint, mask);
      await confirm();
      await nodeFiles.writeAtomic(out, [encodeMask(mask, ofCheckpoint)]);
      return { test, work };
    });
    return {
      json: { run: run.folder, checkpoint: path, mask: out, classifier: options.classifier, alpha, seed, test, work },
      text: describe(out, test, work),
    };
  });
}

function describe(out: string, test: MaskTest, { places, kept, additions, macs }: SkipWork): string {
  return [
    table([
      ['places trained on', test.trained.toLocaleString('en')],
      [`of ${test.tested.toLocaleString('en')} others told right`, percent(test.accuracy)],
      ['  surface', percent(test.surfaceFound)],
      ['  empty', percent(test.emptyFound)],
      ['surface among them', percent(test.surface)],
      ['occupied places of the field', places.toLocaleString('en')],
      ['  left by the mask', `${kept.toLocaleString('en')}, ${percent(kept / Math.max(1, places))}`],
      [macs > 0 ? 'multiply-adds a place' : 'additions a place', ((additions + macs) / Math.max(1, places)).toFixed(1)],
    ]),
    `${out}\n`,
  ].join('');
}
