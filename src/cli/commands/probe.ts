/** `spikeray probe RUN --view V --pixel X,Y`: what the network does along the ray of one pixel. */
import { Command } from 'commander';
import { backgroundColour } from '../../../datasets/background.ts';
import type { View } from '../../../datasets/scene-data.ts';
import { SPLIT_NAMES } from '../../../datasets/scene-format.ts';
import { InputError } from '../../base/errors.ts';
import { fixed, table } from '../../base/format.ts';
import { suggest } from '../../base/nearest-name.ts';
import { wholeNumber, word } from '../../base/option-values.ts';
import { liveliestNeurons, describeRay, rayFigure } from '../../frames/ray-figure.ts';
import { probeRay, type RayProbe } from '../../frames/ray-probe.ts';
import { ShownField } from '../../frames/shown-field.ts';
import { heldOutViews } from '../../node/node-scenes.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { loadRun, openRunField, type RunFieldOptions } from '../../node/open-run-field.ts';
import { addBackendOptions, addOutputOptions, checkpointOption, type OutputOptions } from '../terminal/options.ts';
import { runAction } from '../terminal/run-action.ts';
import { addSceneOptions, movedScene, type MovedSceneOptions } from '../terminal/scene-options.ts';

interface ProbeOptions extends OutputOptions, RunFieldOptions, MovedSceneOptions {
  readonly view: string;
  readonly pixel?: string;
  readonly split?: string;
  readonly svg?: string;
}

export function probeCommand(): Command {
  const command = new Command('probe')
    .description(
      'Follows the ray of one pixel: its samples with alpha, weight and colour, the spikes and potentials of all hidden neurons at each time step, and its energy. --json has all of it, --svg draws it.',
    )
    .argument('<run>', 'run folder')
    .optionsGroup('Ray:')
    .option('--view <v>', 'view of the split: its name, or its number from 0', '0')
    .option('--pixel <x,y>', 'column and row from the top left (default: the middle)')
    .option('--split <name>', 'val, test or train (default: test where the scene has one, else val)')
    .optionsGroup('Run:')
    .addOption(checkpointOption())
    .optionsGroup('Files:')
    .option('--svg <file>', 'also draw it: raster of spikes, potentials with thresholds, samples')
    .action((run: string, options: ProbeOptions) => probe(run, options));
  return addOutputOptions(addBackendOptions(addSceneOptions(command), { backend: 'that of the run' }));
}

async function probe(path: string, options: ProbeOptions): Promise<void> {
  await runAction(options, async (report) => {
    const split = options.split === undefined ? undefined : word('--split', options.split, SPLIT_NAMES);
    const loaded = await loadRun(path, options);
    const { run, checkpoint } = loaded;
    const held = await heldOutViews(run, checkpoint, movedScene(options), split, report);
    const view = viewOf(held.views, options.view);
    const pixel = pixelOf(view, options.pixel);
    const { config } = run.record;
    const { engine, path: file } = await openRunField(loaded, options, report);
    try {
      const field = new ShownField(engine, checkpoint.state.step, config.seed);
      const found = await probeRay(field, { camera: view, pixel, background: backgroundColour(config.scene.background), crop: null });
      if (options.svg !== undefined)
        await nodeFiles.writeAtomic(options.svg, [new TextEncoder().encode(`${rayFigure(found, liveliestNeurons(found), true)}\n`)]);
      const json = { run: run.folder, checkpoint: file, split: held.split, view: view.name, ...found };
      return { json, text: describe(found, view.name) + (options.svg === undefined ? '' : `${options.svg}\n`) };
    } finally {
      await engine.dispose();
    }
  });
}

function viewOf(views: readonly View[], wanted: string): View {
  const found = views.find(({ name }) => name === wanted) ?? (/^\d+$/.test(wanted) ? views[Number(wanted)] : undefined);
  if (found !== undefined) return found;
  throw new InputError(
    `--view ${wanted}: expected the name of a view, or a number from 0 to ${views.length - 1}`,
    suggest(
      wanted,
      views.map(({ name }) => name),
    ),
  );
}

function pixelOf({ intrinsics: { width, height } }: View, text: string | undefined): [number, number] {
  if (text === undefined) return [Math.floor(width / 2), Math.floor(height / 2)];
  const [x, y, ...rest] = text.split(',');
  if (y === undefined || rest.length > 0) throw new InputError(`--pixel ${text}: expected column,row`, 'For example --pixel 100,80.');
  return [wholeNumber('--pixel', x, 0, width - 1), wholeNumber('--pixel', y, 0, height - 1)];
}

function describe(found: RayProbe, view: string): string {
  const { samples, steps, energy, depth, opacity, colour } = found;
  const rows = samples.map(({ distance, alpha, weight, colour: of }, i) => {
    const mine = steps.filter(({ sample }) => sample === i);
    const layers = mine[0]?.layers.map((_, layer) => String(mine.reduce((sum, step) => sum + step.layers[layer].neurons.length, 0))) ?? [];
    return [String(i), fixed(distance, 3), fixed(alpha, 3), fixed(weight, 3), of.map((value) => fixed(value, 2)).join(' '), ...layers];
  });
  const layers = (steps[0]?.layers ?? []).map((_, layer) => `active in layer ${layer + 1}`);
  return [
    `${view}: ${describeRay(found).join('\n')}`,
    `colour ${colour.map((value) => fixed(value, 3)).join(' ')}, depth ${fixed(depth, 3)} m, opacity ${fixed(opacity, 3)}`,
    ...(energy === null ? ['a field of the coarse stage: it has no colour network'] : []),
    '',
    table([['sample', 'metres', 'alpha', 'weight', 'colour', ...layers], ...rows]),
  ].join('\n');
}
