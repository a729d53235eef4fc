/** `spikeray energy RUN`: what the spikes save, counted on held-out views, beside the twin. */
import { Command } from 'commander';
import type { SplitName } from '../../../datasets/scene-data.ts';
import { InputError } from '../../base/errors.ts';
import type { Reporter } from '../../base/events.ts';
import { suggest } from '../../base/nearest-name.ts';
import { wholeNumber, word } from '../../base/option-values.ts';
import { frontierOf } from '../../energy/frontier.ts';
import type { HardwareModel } from '../../energy/hardware/hardware-model.ts';
import { HARDWARE_MODELS } from '../../energy/hardware/index.ts';
import { parseHardware } from '../../energy/hardware/parse-hardware.ts';
import { energyCsv } from '../../energy/report/csv.ts';
import { frontierCsv, frontierMarkdown } from '../../energy/report/frontier-table.ts';
import { markdownTable, summaryOf } from '../../energy/report/summary.ts';
import { energyStudy, type EnergyStudy } from '../../energy/study.ts';
import { checkIsAnn, checkSameScene, type MeasuredRun } from '../../jobs/measure-energy.ts';
import { loadForEnergy, measureRun } from '../../node/energy-run.ts';
import type { LoadedRun } from '../../run/run-folder.ts';
import { SPLIT_NAMES as SPLITS } from '../../../datasets/scene-format.ts';
import { sharpCodec } from '../../node/image-codec.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { maskedSuffix, type RunFieldOptions } from '../../node/open-run-field.ts';
import type { MovedScene } from '../../jobs/run-scenes.ts';
import { openRapl } from '../../node/rapl.ts';
import { replaceFiles } from '../../node/replace-folder.ts';
import type { FolderLock } from '../../run/folder-lock.ts';
import { whileWritingInto } from '../../node/write-into.ts';
import { sourceCommit } from '../../node/source-commit.ts';
import { VERSION } from '../../run/version.ts';
import { addBackendOptions, addOutputOptions, checkpointOption, collect, type OutputOptions, skipMaskOption } from '../terminal/options.ts';
import { type Result, runAction } from '../terminal/run-action.ts';
import { addSceneOptions, movedScene, type MovedSceneOptions } from '../terminal/scene-options.ts';

interface EnergyOptions extends OutputOptions, RunFieldOptions, Omit<MovedSceneOptions, 'format'> {
  readonly against?: string;
  readonly compare?: boolean;
  readonly split?: string;
  readonly every: string;
  readonly hardware?: readonly string[];
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
}

const FORMATS = ['html', 'json', 'csv'] as const;
type Format = (typeof FORMATS)[number];

/** The frontier compares counts; nothing is timed. */
const NO_METER = { meter: null, reason: 'not asked for' } as const;

export function energyCommand(): Command {
  const names = HARDWARE_MODELS.map(({ name }) => name).join(', ');
  const command = new Command('energy')
    .description(
      'Renders held-out views, counts what the kernels did, and writes RUN/report/energy.html, .json and .csv: operations by layer and stage, energies on named hardware models, beside the ANN twin.',
    )
    .argument('<run...>', 'run folder; with --compare, several')
    .optionsGroup('Comparison:')
    .option('--against <run>', 'the trained twin, an ANN (default: the ANN of the same shape on the same samples, computed)')
    .option('--compare', 'energy against PSNR over all the runs given')
    .option('--force', 'compare runs of different scenes all the same')
    .optionsGroup('Views:')
    .option('--split <name>', 'val, test or train (default: test where the scene has one, else val)')
    .option('--every <k>', 'every k-th view only', '1')
    .optionsGroup('Hardware:')
    .option('--hardware <name>', `a model (${names}) or a .json file; may be given several times (default: all)`, collect)
    .optionsGroup('Run:')
    .addOption(checkpointOption())
    .addOption(skipMaskOption())
    .optionsGroup('Files:')
    .option('--format <list>', 'files to write, of html, json, csv', FORMATS.join(','))
    .option('--out <folder>', 'folder to write (default: RUN/report; with a skip mask RUN/report-skipped)')
    .action((runs: string[], options: EnergyOptions) => runAction(options, (report) => energy(runs, options, report)));
  return addOutputOptions(addBackendOptions(addSceneOptions(command, '--scene-format'), { backend: 'that of the run' }));
}

/** The options as values, checked before anything is computed. */
interface Settings {
  readonly moved: MovedScene;
  readonly split: SplitName | undefined;
  readonly every: number;
  readonly formats: readonly Format[];
  readonly hardware: readonly HardwareModel[];
  /** As given. */
  readonly hardwareAsked: readonly string[];
}

async function energy(runs: readonly string[], options: EnergyOptions, report: Reporter): Promise<Result> {
  const settings = await parseSettings(options);
  if (options.compare === true) return compareRuns(runs, options, settings, report);
  if (runs.length > 1)
    throw new InputError(
      `expected one run, found ${runs.length}`,
      'Add --compare for the frontier over several runs, or --against RUN for the twin.',
    );
  return studyOne(runs[0], options, settings, report);
}

/** The folder that results go to, and the check that its lock is still held (FolderLock). */
type Place = Pick<FolderLock, 'confirm'> & { readonly folder: string };

async function studyOne(path: string, options: EnergyOptions, settings: Settings, report: Reporter): Promise<Result> {
  const loaded = await loadForEnergy(path, options);
  const out = options.out ?? `${loaded.run.folder}/report${maskedSuffix(options)}`;
  return whileWritingInto(loaded.run.folder, out, 'folder', ({ confirm }) =>
    study(loaded, { folder: out, confirm }, options, settings, report),
  );
}

async function study(loaded: LoadedRun, place: Place, options: EnergyOptions, settings: Settings, report: Reporter): Promise<Result> {
  const { split, every, hardware, hardwareAsked } = settings;
  const twin =
    options.against === undefined ? null : await loadForEnergy(options.against, { ...options, checkpoint: undefined, skipMask: undefined });
  if (twin !== null) checkIsAnn(twin);
  const differentScenes = twin !== null && checkSameScene([loaded, twin], options.force ?? false);
  await checkWritable(place.folder);
  const meter = await openRapl();
  const measured = await measureRun(loaded, { ...options, moved: settings.moved, split, every, meter, report });
  const against =
    twin &&
    (await measureRun(twin, { ...options, skipMask: undefined, moved: settings.moved, split: measured.split, every, meter, report }));
  const result = energyStudy({
    spikeray: VERSION,
    commit: await sourceCommit(),
    created: new Date().toISOString(),
    split: measured.split,
    every,
    run: measured.subject,
    against: against?.subject ?? null,
    differentScenes,
    hardware,
    hardwareAsked,
    meter,
  });
  const files = await writeFiles(place, 'energy', settings.formats, {
    html: async () => {
      // echarts, which draws the charts of pages, takes longer to load than many a question takes to answer.
      const { studyPage } = await import('../../energy/report/study-page.ts');
      return studyPage(result, { codec: sharpCodec, run: measured.measurement });
    },
    json: async () => `${JSON.stringify(result, null, 2)}\n`,
    csv: async () => energyCsv(result),
  });
  return { json: { ...result, files }, text: describe(result, files) };
}

async function compareRuns(paths: readonly string[], options: EnergyOptions, settings: Settings, report: Reporter): Promise<Result> {
  const { against, checkpoint, skipMask } = options;
  for (const [flag, value] of Object.entries({ '--against': against, '--checkpoint': checkpoint, '--skip-mask': skipMask }))
    if (value !== undefined) throw new InputError(`${flag} has no meaning with --compare`, `Leave ${flag} out.`);
  if (paths.length < 2) throw new InputError(`--compare: expected at least two runs, found ${paths.length}`, 'Give more run folders.');
  const loaded: LoadedRun[] = [];
  for (const path of paths) loaded.push(await loadForEnergy(path, options));
  const differentScenes = checkSameScene(loaded, options.force ?? false);
  const [{ run }] = loaded;
  const out = options.out ?? `${run.folder}/report`;
  return whileWritingInto(run.folder, out, 'folder', ({ confirm }) =>
    compare(loaded, { folder: out, confirm }, differentScenes, options, settings, report),
  );
}

async function compare(
  loaded: readonly LoadedRun[],
  place: Place,
  differentScenes: boolean,
  options: EnergyOptions,
  settings: Settings,
  report: Reporter,
): Promise<Result> {
  await checkWritable(place.folder);
  const measured: MeasuredRun[] = [];
  for (const run of loaded)
    measured.push(await measureRun(run, { ...options, ...settings, split: measured[0]?.split ?? settings.split, meter: NO_METER, report }));
  const frontier = frontierOf(
    settings.hardware[0],
    measured.map(({ subject }) => subject),
    {
      spikeray: VERSION,
      commit: await sourceCommit(),
      created: new Date().toISOString(),
      split: measured[0].split,
      every: settings.every,
      differentScenes,
      hardwareAsked: settings.hardwareAsked.slice(0, 1),
    },
  );
  const files = await writeFiles(place, 'frontier', settings.formats, {
    html: async () => (await import('../../energy/report/frontier-page.ts')).frontierPage(frontier),
    json: async () => `${JSON.stringify(frontier, null, 2)}\n`,
    csv: async () => frontierCsv(frontier),
  });
  return { json: { ...frontier, files }, text: frontierMarkdown(frontier) + files.map((file) => `${file}\n`).join('') };
}

async function parseSettings({ split, every, format, hardware, scene, sceneFormat }: EnergyOptions): Promise<Settings> {
  return {
    moved: movedScene({ scene, sceneFormat }),
    split: split === undefined ? undefined : word('--split', split, SPLITS),
    every: wholeNumber('--every', every, 1, 1e6),
    formats: format.split(',').map((name) => word('--format', name.trim(), FORMATS)),
    hardware: hardware === undefined ? HARDWARE_MODELS : await Promise.all(hardware.map(openHardware)),
    hardwareAsked: hardware ?? [],
  };
}

async function openHardware(name: string): Promise<HardwareModel> {
  const known = HARDWARE_MODELS.find((model) => model.name === name);
  if (known !== undefined) return known;
  if (!name.endsWith('.json'))
    throw new InputError(
      `--hardware ${name}: unknown`,
      `${suggest(
        name,
        HARDWARE_MODELS.map((model) => model.name),
      )} Or give a .json file.`,
    );
  return parseHardware(new TextDecoder().decode(await nodeFiles.read(name)), name);
}

/** Before minutes are spent on measuring: throws StorageError if the folder cannot be written. */
async function checkWritable(folder: string): Promise<void> {
  await replaceFiles(nodeFiles, folder, (unfinished) => nodeFiles.makeFolder(unfinished));
}

/** Writes NAME.html, NAME.json, NAME.csv, those that are wanted. Returns their paths. */
async function writeFiles(
  { folder, confirm }: Place,
  name: string,
  formats: readonly Format[],
  contents: Readonly<Record<Format, () => Promise<string>>>,
): Promise<string[]> {
  const wanted = FORMATS.filter((format) => formats.includes(format));
  const write = async (unfinished: string): Promise<void> => {
    for (const format of wanted)
      await nodeFiles.writeAtomic(`${unfinished}/${name}.${format}`, [new TextEncoder().encode(await contents[format]())]);
  };
  await replaceFiles(nodeFiles, folder, write, confirm);
  return wanted.map((format) => `${folder}/${name}.${format}`);
}

function describe(study: EnergyStudy, files: readonly string[]): string {
  const { run, split, measured, scope } = study;
  const { width, height } = run.views[0];
  return [
    `${run.origin.scene.name}, ${run.images} ${split} views of ${width}x${height}\n\n`,
    markdownTable(summaryOf(study)),
    `\nEnergies are estimates by the named models. ${scope.twin}\n`,
    measured.reason === null ? '' : `Joules of this machine: not measured, ${measured.reason}.\n`,
    files.map((file) => `${file}\n`).join(''),
  ].join('');
}
