/** `spikeray eval RUN`: quality, firing rates and operation counts on held-out views. */
import { Command } from 'commander';
import type { SceneData, SplitName, View } from '../../../datasets/scene-data.ts';
import { InputError } from '../../errors.ts';
import type { EvalReport } from '../../eval/eval-report.ts';
import { evaluateField } from '../../eval/evaluate-field.ts';
import type { RunFolder } from '../../run/run-folder.ts';
import type { Checkpoint } from '../../train/checkpoint.ts';
import type { Reporter } from '../../train/events.ts';
import { percent, table } from '../format.ts';
import { sharpCodec } from '../image-codec.ts';
import { nodeFiles } from '../node-files.ts';
import { openSceneFor, viewsOf } from '../open-run-scene.ts';
import { loadRun, openRunField, type RunFieldOptions } from '../open-run-field.ts';
import { addOutputOptions, wholeNumber, word, type OutputOptions } from '../options.ts';
import { runAction } from '../run-action.ts';

interface EvalOptions extends OutputOptions, RunFieldOptions {
  readonly split?: string;
  readonly every: string;
  readonly scene?: string;
}

const SPLITS: readonly SplitName[] = ['train', 'val', 'test'];

export function evalCommand(): Command {
  const command = new Command('eval')
    .summary('measure a run on held-out views')
    .description(
      'Renders views of the scene, compares them with the photos, and writes renders, depth and error maps and metrics.json to RUN/eval/SPLIT.',
    )
    .argument('<run>', 'run folder')
    .optionsGroup('Views:')
    .option('--split <name>', 'val, test or train (default: test where the scene has one, else val)')
    .option('--every <k>', 'every k-th view only', '1')
    .optionsGroup('Run:')
    .option('--checkpoint <file>', 'this checkpoint instead of the newest')
    .option('--scene <folder>', 'where the scene lies now, if it was moved')
    .option('--backend <name>', 'auto, wasm or tfjs (default: that of the run)')
    .option('--threads <n>', 'threads of the wasm backend: a whole number from 1 to 16 (default: all cores)')
    .action((run: string, options: EvalOptions) => evaluate(run, options));
  return addOutputOptions(command);
}

async function evaluate(path: string, options: EvalOptions): Promise<void> {
  await runAction(options, async (report) => {
    const split = options.split === undefined ? undefined : word('--split', options.split, SPLITS);
    const every = wholeNumber('--every', options.every, 1, 1e6);
    const loaded = await loadRun(path, options);
    const held = await heldOutViews(loaded.run, loaded.checkpoint, options.scene, split, report);
    const { run, engine, backend, checkpoint } = await openRunField(loaded, options, report);
    try {
      const folder = `${run.folder}/eval/${held.split}`;
      await nodeFiles.remove(folder);
      const save = { files: nodeFiles, codec: sharpCodec, folder };
      const { config } = run.record;
      const found = await evaluateField({ engine, config, views: held.views, split: held.split, every, save, report });
      const json = { run: run.folder, checkpoint: loaded.path, step: checkpoint.state.step, backend, ...found };
      return { json, text: describe(found, folder) };
    } finally {
      await engine.dispose();
    }
  });
}

async function heldOutViews(
  run: RunFolder,
  checkpoint: Checkpoint,
  moved: string | undefined,
  split: SplitName | undefined,
  report: Reporter,
): Promise<{ split: SplitName; views: readonly View[] }> {
  const { scene: recorded, config } = run.record;
  const path = moved ?? recorded.path;
  const open = async (wanted: SplitName): Promise<SceneData> => {
    const scene = await openSceneFor(path, config.scene, [wanted], report);
    if (scene.fingerprint !== checkpoint.sceneFingerprint)
      report({ type: 'warning', text: `${path}: the training views changed since the checkpoint; the numbers may not be comparable` });
    return scene;
  };
  if (split !== undefined) return { split, views: viewsOf(await open(split), split, path) };
  const test = (await open('test')).splits.test;
  if (test !== undefined) return { split: 'test', views: test };
  const val = (await open('val')).splits.val;
  if (val !== undefined) return { split: 'val', views: val };
  throw new InputError(
    `${path}: expected a test or a val split to evaluate on, found neither`,
    'Use --split train to measure on training views.',
  );
}

function describe({ psnr, ssim, views, split, firingRates, counts, energy, secondsPerImage }: EvalReport, folder: string): string {
  const rows = [
    ['PSNR', `${psnr.toFixed(2)} dB`],
    ['SSIM', ssim.toFixed(4)],
    ...(firingRates === null ? [] : [['firing rates', firingRates.map(percent).join(', ')]]),
    ['samples a ray', counts.samplesPerRay.toFixed(2)],
    ['MACs a ray', Math.round(counts.macsPerRay).toLocaleString('en')],
    ['ACs a ray', Math.round(counts.acsPerRay).toLocaleString('en')],
    ...(energy === null ? [] : energyRows(energy)),
    ['seconds an image', secondsPerImage.toFixed(2)],
  ];
  return `${views} ${split} views\n${table(rows)}images and metrics.json: ${folder}\n`;
}

function energyRows({ millijoulesPerImage, shareOfAnn }: NonNullable<EvalReport['energy']>): string[][] {
  const line = (millijoules: number, share: number): string => `${millijoules.toFixed(2)} mJ, ${percent(share)} of the ANN`;
  return [
    ['energy an image, as executed', line(millijoulesPerImage.executed, shareOfAnn.executed)],
    ['energy an image, as published', line(millijoulesPerImage.published, shareOfAnn.published)],
  ];
}
