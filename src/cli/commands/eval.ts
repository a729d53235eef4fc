/** `spikeray eval RUN`: quality, firing rates and operation counts on held-out views. */
import { Command } from 'commander';
import { SPLIT_NAMES } from '../../../datasets/scene-format.ts';
import { byteSize, percent, table } from '../../base/format.ts';
import { wholeNumber, word } from '../../base/option-values.ts';
import { si } from '../../energy/report/numbers.ts';
import type { Config } from '../../config/schema.ts';
import type { EvalReport } from '../../eval/eval-report.ts';
import type { Part } from '../../eval/part.ts';
import { evaluate, evaluatePart, joinEvaluation, openEvaluation, type EvaluatedRun } from '../../node/evaluate-run.ts';
import type { RunFieldOptions } from '../../node/open-run-field.ts';
import { addBackendOptions, addOutputOptions, checkpointOption, type OutputOptions, skipMaskOption } from '../terminal/options.ts';
import { energyRows } from '../terminal/energy-rows.ts';
import { addPartOptions, inParts, type PartOptions } from '../terminal/part-options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';
import { addSceneOptions, movedScene, type MovedSceneOptions } from '../terminal/scene-options.ts';

interface EvalOptions extends OutputOptions, RunFieldOptions, MovedSceneOptions, PartOptions {
  readonly split?: string;
  readonly every: string;
  readonly out?: string;
}

export function evalCommand(): Command {
  const command = new Command('eval')
    .description(
      'Renders views of the scene, compares them with the photos, and writes renders, depth and error maps and metrics.json to RUN/eval/SPLIT.',
    )
    .argument('<run>', 'run folder')
    .optionsGroup('Views:')
    .option('--split <name>', 'val, test or train (default: test where the scene has one, else val)')
    .option('--every <k>', 'every k-th view only', '1')
    .optionsGroup('Run:')
    .addOption(checkpointOption())
    .addOption(skipMaskOption())
    .optionsGroup('Files:')
    .option(
      '--out <folder>',
      'folder to write (default: RUN/eval/SPLIT; for the views of another scene RUN/eval/SPLIT-of-SCENE; with a skip mask -skipped behind it)',
    )
    .option('--force', 'replace the images that are already in the folder of --out')
    .action((run: string, options: EvalOptions) => evaluateViews(run, options));
  const onBackend = addBackendOptions(addSceneOptions(command), { backend: 'that of the run' });
  return addOutputOptions(addPartOptions(onBackend, 'views'));
}

async function evaluateViews(path: string, options: EvalOptions): Promise<void> {
  await runAction(options, async (report) => {
    const split = options.split === undefined ? undefined : word('--split', options.split, SPLIT_NAMES);
    const every = wholeNumber('--every', options.every, 1, 1e6);
    const evaluation = await openEvaluation(path, { ...options, ...movedScene(options), split, every, report });
    const work = {
      run: evaluation.loaded.run,
      folder: evaluation.folder,
      spec: evaluation.loaded.checkpoint.spec,
      joinBytes: 0,
      whole: async () => resultOf(await evaluate(evaluation)),
      part: (part: Part) => evaluatePart(evaluation, part),
      join: async (of: number) => resultOf(await joinEvaluation(evaluation, of)),
    };
    return inParts(options, work, report);
  });
}

function resultOf({ run, path, checkpoint, backend, folder, report }: EvaluatedRun): Result {
  const json = { run: run.folder, checkpoint: path, step: checkpoint.state.step, backend, folder, ...report };
  return { json, text: describe(report, run.record.config.network.neuron, folder) };
}

function describe(
  { psnr, ssim, views, split, firingRates, counts, energy, bits, secondsPerImage }: EvalReport,
  neuron: Config['network']['neuron'],
  folder: string,
): string {
  const rows = [
    ['PSNR', `${psnr.toFixed(2)} dB`],
    ['SSIM', ssim.toFixed(4)],
    ...(firingRates === null ? [] : [[neuron === 'relu' ? 'active neurons' : 'firing rates', firingRates.map(percent).join(', ')]]),
    ['samples a ray', counts.samplesPerRay.toFixed(2)],
    ['  a ray that hits', (counts.total.samples / Math.max(1, counts.total.activeRays)).toFixed(2)],
    ['MACs a ray', Math.round(counts.macsPerRay).toLocaleString('en')],
    ['ACs a ray', Math.round(counts.acsPerRay).toLocaleString('en')],
    ...(energy === null ? [] : energyRows([energy], neuron === 'relu' ? null : energy.shareOfAnn)),
    ...(bits ? bitRows(bits) : []),
    ['seconds an image', secondsPerImage.toFixed(2)],
  ];
  const twin =
    energy === null || neuron === 'relu'
      ? ''
      : 'twin: the ANN of the same shape on the same samples, computed, its ReLUs as active as these neurons; a trained one: `spikeray energy --against`\n';
  return `${views} ${split} views\n${table(rows)}${twin}images and metrics.json: ${folder}\n`;
}

function bitRows({ weights, spikes, steps = [], meanWeight, meanSpike, weightBytes, sAce }: NonNullable<EvalReport['bits']>): string[][] {
  return [
    ['bits of the weights', `${weights.join(', ')}; mean ${meanWeight.toFixed(2)}, ${byteSize(weightBytes)} in all`],
    ['bits of the spikes', `${spikes.join(', ')}; mean ${meanSpike.toFixed(2)}`],
    ...(steps.some((step) => step !== 1) ? [['time steps of a sample', steps.join(', ')]] : []),
    ['S-ACE an image', si(sAce)],
  ];
}
