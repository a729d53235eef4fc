/** `spikeray paper NAME SCENES`: a published table measured again, with the published numbers beside. */
import { Command } from 'commander';
import { InputError } from '../../base/errors.ts';
import type { Reporter } from '../../base/events.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { quoted, table } from '../../base/format.ts';
import { parseAssignment } from '../../config/resolve-config.ts';
import { CERTAINTIES } from '../../jobs/published.ts';
import type { SweepFile } from '../../jobs/sweep-file.ts';
import { paperNames, paperSweep } from '../../node/paper-sweeps.ts';
import { addOutputOptions, collect, type OutputOptions } from '../terminal/options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';
import { makePlan } from './sweep/plan.ts';

interface PaperOptions extends OutputOptions {
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly seeds?: string;
  readonly every?: string;
  readonly set?: readonly string[];
}

export function paperCommand(): Command {
  const command = new Command('paper')
    .description(
      'Plans a sweep that measures a published table again: on those of its scenes that are in the folder SCENES, with the published numbers beside, each with its source and how sure it is. Without NAME: lists the tables. `sweep submit` and `sweep collect` go on from there.',
    )
    .argument('[name]', 'table')
    .argument('[scenes]', "folder that holds the table's scenes, each a folder by its usual name")
    .option('--out <folder>', 'folder of the sweep (default: runs/NAME)')
    .option('--dry-run', 'show all runs and what they need; write nothing')
    .option('--force', 'replace another plan in the folder')
    .optionsGroup('Other than the table:')
    .option('--seeds <n>', 'train each with n seeds')
    .option('--every <k>', 'measure every k-th view only')
    .option('--set <key=value>', 'another setting, may be repeated', collect)
    .action((name: string | undefined, scenes: string | undefined, options: PaperOptions) =>
      runAction(options, (report) => (name === undefined ? list() : plan(name, scenes, options, report))),
    );
  return addOutputOptions(command);
}

async function list(): Promise<Result> {
  const papers = await Promise.all(
    (await paperNames()).map(async (name) => {
      const { about, scenes } = await paperSweep(name);
      return { name, title: about.title, scenes: scenes.map(({ path }) => path), published: about.published };
    }),
  );
  const rows = papers.map(({ name, title, scenes, published }) => [
    name,
    `${title}; ${scenes.length} scenes; ${[...new Set(published.map(({ certainty }) => CERTAINTIES[certainty]))].join(', or ')}`,
  ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return { json: papers, text: rows.map(([name, what]) => `${name.padEnd(width)}  ${what}\n`).join('') };
}

async function plan(name: string, scenes: string | undefined, options: PaperOptions, report: Reporter): Promise<Result> {
  const sweep = changed(await paperSweep(name), options);
  if (scenes === undefined)
    throw new InputError(
      `paper ${name}: expected the folder that holds its scenes: ${sweep.scenes.map(({ path }) => path).join(', ')}`,
      `For example \`spikeray paper ${name} scenes\`.`,
    );
  const { dryRun, force, out = `runs/${name}` } = options;
  const planned = await makePlan(sweep, { scenes, out, dryRun, force, thoseThere: true }, report);
  const beside = table(sweep.about.published.map(({ network, psnr }) => [network, `${psnr.mean ?? '-'} dB in the mean of all its scenes`]));
  return { ...planned, text: `${planned.text}published, and put beside by \`spikeray sweep collect ${quoted(out)}\`:\n${beside}` };
}

function changed(sweep: SweepFile, { seeds, every, set = [] }: PaperOptions): SweepFile {
  return {
    ...sweep,
    seeds: seeds === undefined ? sweep.seeds : wholeNumber('--seeds', seeds, 1, 1000),
    measure: every === undefined ? sweep.measure : { ...sweep.measure, every: wholeNumber('--every', every, 1, 1e6) },
    // What a scene of the table has of its own gives way too.
    scenes: sweep.scenes.map((scene) => ({ ...scene, requests: [...scene.requests, ...set.map(parseAssignment)] })),
  };
}
