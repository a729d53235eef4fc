/** `spikeray sweep collect FOLDER`: one table and chart of what came of a sweep. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { planFile, openSweep } from '../../../jobs/sweep.ts';
import { tabulate } from '../../../jobs/sweep-table.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { thisCommand } from '../../../node/this-command.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction, type Result } from '../../terminal/run-action.ts';

interface CollectOptions extends OutputOptions {
  readonly strict?: boolean;
}

export function collectCommand(): Command {
  const command = new Command('collect')
    .summary('write the table')
    .description(
      'Writes table.md, .tex, .csv, .json, .html and chart.svg into FOLDER: quality, energy in all three comparisons, time and memory, scene by scene and in the mean, with deviations over seeds; and which runs are missing, and why.',
    )
    .argument('<folder>', 'folder of the sweep')
    .option('--strict', 'exit with 1 if a run is missing')
    .action((path: string, options: CollectOptions) => runAction(options, () => collect(path, options)));
  return addOutputOptions(command);
}

async function collect(path: string, { strict = false }: CollectOptions): Promise<Result> {
  const folder = resolve(path);
  const table = await tabulate(nodeFiles, await openSweep(nodeFiles, folder));
  // echarts is large, and no other command of a sweep needs it.
  const { sweepFiles } = await import('../../../jobs/sweep-report.ts');
  const contents = sweepFiles(table, thisCommand(), new Date().toISOString());
  for (const [name, text] of Object.entries(contents)) await nodeFiles.writeAtomic(`${folder}/${name}`, [new TextEncoder().encode(text)]);
  const files = Object.keys(contents).map((name) => `${folder}/${name}`);
  const missing = table.rows.filter(({ missing: why }) => why !== null).length;
  return {
    json: { plan: planFile(folder), files, runs: table.rows.length, missing, ...table },
    text: contents['table.md'] + files.map((file) => `${file}\n`).join(''),
    exitCode: strict && missing > 0 ? 1 : 0,
  };
}
