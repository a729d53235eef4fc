/** `spikeray export RUN`: a trained run for other programs and for the web. */
import { Command } from 'commander';
import type { Reporter } from '../../base/events.ts';
import { knownExporters } from '../../export/index.ts';
import type { RunFieldOptions } from '../../node/open-run-field.ts';
import { exportRun } from '../../server/export-run.ts';
import { addBackendOptions, addOutputOptions, checkpointOption, type OutputOptions } from '../terminal/options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';

interface ExportOptions extends OutputOptions, RunFieldOptions {
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
}

export function exportCommand(): Command {
  const exporters = knownExporters();
  const command = new Command('export')
    .summary('write a run for other programs, or for the web')
    .description(`${exporters.map(({ name, summary }) => `${name}: ${summary}`).join('. ')}.`)
    .argument('<run>', 'run folder')
    .option('--format <name>', exporters.map(({ name }) => name).join(', '), exporters[0].name)
    .option('--out <path>', `file or folder to write (default: ${exporters.map(({ out }) => `RUN/${out}`).join(', ')})`)
    .option('--force', 'replace what is there')
    .addOption(checkpointOption())
    .action((run: string, options: ExportOptions) => runAction(options, (report) => writeFiles(run, options, report)));
  return addOutputOptions(addBackendOptions(command, { backend: 'that of the run, for formats that draw', threads: 'all cores' }));
}

async function writeFiles(folder: string, options: ExportOptions, report: Reporter): Promise<Result> {
  const { json, text, ...exported } = await exportRun(folder, options.format, { ...options, report });
  return { json: { ...exported, ...json }, text: `${exported.file}: ${text}\n` };
}
