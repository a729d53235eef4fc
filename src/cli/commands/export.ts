/** `spikeray export RUN`: a trained run for other programs and for the web. */
import { Command } from 'commander';
import type { Reporter } from '../../base/events.ts';
import { word } from '../../base/option-values.ts';
import { checkExportPlace, writeExport, writesFile } from '../../export/exporter.ts';
import { knownExporters } from '../../export/index.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { loadRun, type RunFieldOptions } from '../../node/open-run-field.ts';
import { whileWritingInto } from '../../node/write-into.ts';
import { withExportSource } from '../../server/export-source.ts';
import { addOutputOptions, type OutputOptions } from '../terminal/options.ts';
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
    .option('--checkpoint <file>', 'this checkpoint instead of the newest')
    .action((run: string, options: ExportOptions) => runAction(options, (report) => exportRun(run, options, report)));
  return addOutputOptions(command);
}

async function exportRun(folder: string, options: ExportOptions, report: Reporter): Promise<Result> {
  const exporters = knownExporters();
  const name = word(
    '--format',
    options.format,
    exporters.map((exporter) => exporter.name),
  );
  const exporter = exporters.find((candidate) => candidate.name === name)!;
  const loaded = await loadRun(folder, options);
  const out = options.out ?? `${loaded.run.folder}/${exporter.out}`;
  await checkExportPlace(nodeFiles, out, options.force ?? false);
  const { json, text } = await whileWritingInto(loaded.run.folder, out, writesFile(exporter) ? 'file' : 'folder', () =>
    withExportSource(loaded, exporter, options, report, (source) => writeExport(nodeFiles, exporter, source, out)),
  );
  return {
    json: { run: loaded.run.folder, checkpoint: loaded.path, format: name, file: out, ...json },
    text: `${out}: ${text}\n`,
  };
}
