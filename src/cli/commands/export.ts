/** `spikeray export RUN`: a trained run for other programs and for the web. */
import { Command } from 'commander';
import { InputError } from '../../base/errors.ts';
import type { Reporter } from '../../base/events.ts';
import { byteSize } from '../../base/format.ts';
import { knownExporters } from '../../export/index.ts';
import { exportStudio } from '../../node/export-studio.ts';
import type { RunFieldOptions } from '../../node/open-run-field.ts';
import { exportRun } from '../../node/export-run.ts';
import { addBackendOptions, addOutputOptions, checkpointOption, type OutputOptions } from '../terminal/options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';

interface ExportOptions extends OutputOptions, RunFieldOptions {
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** No format of a run: the page that makes runs. */
const STUDIO = 'studio';

export function exportCommand(): Command {
  const exporters = knownExporters();
  const command = new Command('export')
    .summary('write a run for other programs, or for the web')
    .description(
      `${exporters.map(({ name, summary }) => `${name}: ${summary}`).join('. ')}. ${STUDIO}: the page that trains by itself, for any static host; it takes no run.`,
    )
    .argument('[run]', `run folder; none for the format ${STUDIO}`)
    .option('--format <name>', [...exporters.map(({ name }) => name), STUDIO].join(', '), exporters[0].name)
    .option('--out <path>', `file or folder to write (default: ${[...exporters.map(({ out }) => `RUN/${out}`), STUDIO].join(', ')})`)
    .option('--force', 'replace what is there')
    .addOption(checkpointOption())
    .action((run: string | undefined, options: ExportOptions) => runAction(options, (report) => writeFiles(run, options, report)));
  return addOutputOptions(addBackendOptions(command, { backend: 'that of the run, for formats that draw' }));
}

async function writeFiles(folder: string | undefined, options: ExportOptions, report: Reporter): Promise<Result> {
  if (options.format === STUDIO) return writeStudio(folder, options);
  if (folder === undefined)
    throw new InputError('export: expected a run folder, found none', 'Give the folder that `spikeray train` wrote.');
  const { json, text, ...exported } = await exportRun(folder, options.format, { ...options, report });
  return { json: { ...exported, ...json }, text: `${exported.file}: ${text}\n` };
}

async function writeStudio(folder: string | undefined, { out = STUDIO, force = false }: ExportOptions): Promise<Result> {
  if (folder !== undefined)
    throw new InputError(`${folder}: the studio begins without a run`, 'Leave the run out; give the place with --out.');
  const bytes = await exportStudio(out, force);
  return { json: { format: STUDIO, file: out, bytes }, text: `${out}: ${byteSize(bytes)}; serve the folder from any static host\n` };
}
