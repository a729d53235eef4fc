/** The colour network as a NIR graph (nir/). */
import { byteSize } from '../base/format.ts';
import { InputError } from '../base/errors.ts';
import type { Exporter } from './exporter.ts';
import { inputLevels } from '../model/input-spikes.ts';
import { seenWeights } from '../model/quantised-layers.ts';
import { neuronTensors } from '../neurons/settings.ts';
import { networkGraph } from './nir/network-graph.ts';

export const nirExporter: Exporter = {
  name: 'nir',
  summary: 'the colour network as a NIR graph (HDF5), one node a layer, with weights, constants and edges',
  out: 'export/network.nir',
  needs: [],
  async *files({ checkpoint, path }) {
    const { spec } = checkpoint;
    if (spec.network === null)
      throw new InputError(`${path}: this field has no colour network to export`, 'Train on into the fine stage: spikeray resume.');
    const inputSteps = inputLevels(spec.network).features > 0 ? await checkpoint.read('inputSteps') : null;
    const names = neuronTensors(spec.network).map(({ name }) => name);
    const neurons = new Map(await Promise.all(names.map(async (name) => [name, await checkpoint.read(name)] as const)));
    const graph = networkGraph(spec, await seenWeights(spec, (name) => checkpoint.read(name)), { inputSteps, neurons });
    const { encodeNir } = await import('./nir/write-nir.ts');
    const bytes = await encodeNir(graph);
    yield { path: '', content: [bytes] };
    const nodes = [...graph.nodes.keys()];
    return { json: { bytes: bytes.length, nodes, edges: graph.edges }, text: `${nodes.join(' -> ')}, ${byteSize(bytes.length)}` };
  },
};
