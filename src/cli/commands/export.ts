/** `spikeray export RUN`: a trained run for other programs and for the web. */
import { word } from '../../base/option-values.ts';
import { Command } from 'commander';
import { SCENE_FILE } from '../../baked/baked-scene.ts';
import { networkGraph } from '../../export/nir/network-graph.ts';
import { encodeNir } from '../../export/nir/write-nir.ts';
import { InputError } from '../../base/errors.ts';
import { bakeRun } from '../../server/bake-run.ts';
import { byteSize } from '../../base/format.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { loadRun, type RunField } from '../../node/open-run-field.ts';
import { addOutputOptions, type OutputOptions } from '../terminal/options.ts';
import { runAction, type Result } from '../terminal/run-action.ts';
import { onePage, writeSite } from '../../node/static-viewer.ts';

interface ExportOptions extends OutputOptions {
  readonly format: string;
  readonly checkpoint?: string;
  readonly out?: string;
  readonly force?: boolean;
}

type Loaded = Pick<RunField, 'run' | 'checkpoint' | 'path'>;

interface Format {
  /** Below the run. */
  readonly out: string;
  write(loaded: Loaded, out: string): Promise<Result>;
}

const FORMATS = {
  nir: { out: 'export/network.nir', write: writeNir },
  web: { out: 'export/web', write: writeWeb },
  html: { out: 'export/scene.html', write: writeHtml },
} as const satisfies Record<string, Format>;

export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'nir: the colour network as a NIR graph (HDF5), one node a layer, with weights, constants and edges. web: a folder with a viewer and the ' +
        'baked scene, which any static host can serve. html: the same in one page that opens as a file.',
    )
    .argument('<run>', 'run folder')
    .option('--format <name>', Object.keys(FORMATS).join(', '), 'nir')
    .option(
      '--out <path>',
      `file or folder to write (default: ${Object.values(FORMATS)
        .map(({ out }) => `RUN/${out}`)
        .join(', ')})`,
    )
    .option('--force', 'replace what is there')
    .option('--checkpoint <file>', 'this checkpoint instead of the newest')
    .action((run: string, options: ExportOptions) => runAction(options, () => exportRun(run, options)));
  return addOutputOptions(command);
}

async function exportRun(folder: string, options: ExportOptions): Promise<Result> {
  const name = word('--format', options.format, Object.keys(FORMATS) as (keyof typeof FORMATS)[]);
  const format: Format = FORMATS[name];
  const loaded = await loadRun(folder, options);
  const out = options.out ?? `${loaded.run.folder}/${format.out}`;
  const kind = await nodeFiles.kind(out);
  if (options.force !== true && kind !== 'missing')
    throw new InputError(`${out}: the ${kind} exists`, 'Choose another with --out, or replace it with --force.');
  const { json, text } = await format.write(loaded, out);
  return { json: { run: loaded.run.folder, checkpoint: loaded.path, format: name, file: out, ...(json as object) }, text };
}

async function writeNir({ checkpoint, path }: Loaded, out: string): Promise<Result> {
  const { spec } = checkpoint;
  if (spec.network === null)
    throw new InputError(`${path}: this field has no colour network to export`, 'Train on into the fine stage: spikeray resume.');
  const [w1, w2, w3] = await Promise.all([checkpoint.read('w1'), checkpoint.read('w2'), checkpoint.read('w3')]);
  const graph = networkGraph(spec, { w1, w2, w3 });
  const bytes = await encodeNir(graph);
  await nodeFiles.writeAtomic(out, [bytes]);
  const nodes = [...graph.nodes.keys()];
  return {
    json: { bytes: bytes.length, nodes, edges: graph.edges },
    text: `${out}: ${nodes.join(' -> ')}, ${byteSize(bytes.length)}\n`,
  };
}

async function writeWeb(loaded: Loaded, out: string): Promise<Result> {
  const scene = await bake(loaded);
  await writeSite(out, scene);
  const bytes = sizeOf(scene);
  return {
    json: { scene: SCENE_FILE, bytes },
    text: `${out}: the scene takes ${byteSize(bytes)}; serve the folder from any static host\n`,
  };
}

async function writeHtml(loaded: Loaded, out: string): Promise<Result> {
  const page = await onePage(await bake(loaded));
  await nodeFiles.writeAtomic(out, [page]);
  return { json: { bytes: page.length }, text: `${out}: ${byteSize(page.length)}; opens in any browser\n` };
}

const bake = ({ run, checkpoint }: Loaded): Promise<Uint8Array[]> => bakeRun(run, checkpoint, nameOf(run.folder), true);

/** The last two folders: what runs lie in often says what they are of. */
function nameOf(folder: string): string {
  return folder.replaceAll('\\', '/').split('/').filter(Boolean).slice(-2).join('/');
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);
