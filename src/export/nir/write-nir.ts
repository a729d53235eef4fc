/**
 * A NIR graph as HDF5, in the layout of NIR's own serialization.py:
 *
 *     /version                 text
 *     /node/type               "NIRGraph"
 *     /node/edges              [E,2] text
 *     /node/metadata/KEY       text
 *     /node/nodes/NAME/type    text, and the node's parameters: weight, tau, ... (float32), shape (int64)
 */
import h5wasm, { type Group } from 'h5wasm';
import type { NirGraph, NirNode } from './network-graph.ts';

/** Version of the format that is written. */
const NIR_VERSION = '1.0';

/** The file's bytes. */
export async function encodeNir({ nodes, edges, metadata }: NirGraph): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const path = '/graph.nir';
  const file = new h5wasm.File(path, 'w');
  try {
    writeText(file, 'version', NIR_VERSION);
    const root = file.create_group('node');
    writeText(root, 'type', 'NIRGraph');
    root.create_dataset({ name: 'edges', data: edges.flat(), shape: [edges.length, 2], dtype: 'S' });
    const about = root.create_group('metadata');
    for (const [key, value] of Object.entries(metadata)) writeText(about, key, value);
    const group = root.create_group('nodes');
    for (const [name, node] of nodes) writeNode(group.create_group(name), node);
    file.flush();
  } finally {
    file.close();
  }
  const bytes = FS.readFile(path).slice();
  FS.unlink(path);
  return bytes;
}

function writeNode(group: Group, node: NirNode): void {
  writeText(group, 'type', node.type);
  if (node.type === 'Linear') {
    group.create_dataset({ name: 'weight', data: node.weight, shape: [...node.shape] });
  } else if (node.type === 'LIF' || node.type === 'IF') {
    for (const [name, data] of Object.entries(node))
      if (typeof data !== 'string') group.create_dataset({ name, data, shape: [data.length] });
  } else {
    group.create_dataset({ name: 'shape', data: BigInt64Array.from(node.shape, BigInt), shape: [node.shape.length] });
  }
}

function writeText(group: Group, name: string, text: string): void {
  group.create_dataset({ name, data: text, shape: [], dtype: 'S' });
}
