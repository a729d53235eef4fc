/** What lies in a run folder, for comparing runs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../../src/node/node-files.ts';
import { decodeCheckpoint, type Checkpoint } from '../../src/train/checkpoint.ts';

export function checkpointNames(run: string): string[] {
  return readdirSync(join(run, 'checkpoints')).sort();
}

export function checkpointPath(run: string, name = checkpointNames(run).at(-1)!): string {
  return join(run, 'checkpoints', name);
}

export async function openCheckpoint(run: string): Promise<Checkpoint> {
  const path = checkpointPath(run);
  return decodeCheckpoint(await nodeFiles.read(path), path);
}

/** Everything that training depends on, bit for bit: tensors as bytes, the state without its clock. */
export async function contentOf(run: string): Promise<Record<string, unknown>> {
  const checkpoint = await openCheckpoint(run);
  const { seconds, stageStart, ...state } = checkpoint.state;
  if (!(seconds >= stageStart)) throw new Error(`${run}: the clock runs backwards: ${stageStart} .. ${seconds} s`);
  const content: Record<string, unknown> = { state, spec: checkpoint.spec, occupancy: hex(await checkpoint.readOccupancy()) };
  for (const name of checkpoint.names) {
    const data = await checkpoint.read(name);
    content[name] = hex(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return content;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
