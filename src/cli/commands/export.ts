/** `spikeray export RUN`: a trained network in formats that other programs read. */
import { Command } from 'commander';
import { networkGraph } from '../../export/nir/network-graph.ts';
import { encodeNir } from '../../export/nir/write-nir.ts';
import { InputError } from '../../errors.ts';
import { byteSize } from '../format.ts';
import { nodeFiles } from '../node-files.ts';
import { loadRun } from '../open-run-field.ts';
import { addOutputOptions, word, type OutputOptions } from '../options.ts';
import { runAction, type Result } from '../run-action.ts';

interface ExportOptions extends OutputOptions {
  readonly format: string;
  readonly checkpoint?: string;
  readonly out?: string;
  readonly force?: boolean;
}

const FORMATS = ['nir'] as const;

export function exportCommand(): Command {
  const command = new Command('export')
    .summary('write the colour network for other programs')
    .description('Writes the colour network of RUN as a NIR graph (HDF5): one node a layer, with weights, constants and edges.')
    .argument('<run>', 'run folder')
    .option('--format <name>', 'nir', 'nir')
    .option('--out <file>', 'file to write (default: RUN/export/network.nir)')
    .option('--force', 'replace a file that exists')
    .option('--checkpoint <file>', 'this checkpoint instead of the newest')
    .action((run: string, options: ExportOptions) => runAction(options, () => exportRun(run, options)));
  return addOutputOptions(command);
}

async function exportRun(folder: string, options: ExportOptions): Promise<Result> {
  const format = word('--format', options.format, FORMATS);
  const { run, checkpoint, path } = await loadRun(folder, options);
  const out = options.out ?? `${run.folder}/export/network.nir`;
  if (options.force !== true && (await nodeFiles.kind(out)) !== 'missing')
    throw new InputError(`${out}: the file exists`, 'Choose another with --out, or replace it with --force.');
  const { spec } = checkpoint;
  if (spec.network === null)
    throw new InputError(`${path}: this field has no colour network to export`, 'Train on into the fine stage: spikeray resume.');
  const [w1, w2, w3] = await Promise.all([checkpoint.read('w1'), checkpoint.read('w2'), checkpoint.read('w3')]);
  const graph = networkGraph(spec, { w1, w2, w3 });
  const bytes = await encodeNir(graph);
  await nodeFiles.writeAtomic(out, [bytes]);
  const json = {
    run: run.folder,
    checkpoint: path,
    format,
    file: out,
    bytes: bytes.length,
    nodes: [...graph.nodes.keys()],
    edges: graph.edges,
  };
  return { json, text: `${out}: ${[...graph.nodes.keys()].join(' -> ')}, ${byteSize(bytes.length)}\n` };
}
