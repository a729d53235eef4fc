/** The same field, rays and settings for the PyTorch peers of scripts/peers/, and what they say. */
import { representationOf } from '../../src/model/representations/index.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FieldEngine, StepSettings, TrainBatch } from '../../src/engine/backend.ts';
import { encodeSafetensors, type SafeTensor } from '../../src/io/safetensors.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import { parameterValues, surrogateSettings } from '../../src/neurons/settings.ts';

export interface PeerFigures {
  readonly peer: string;
  readonly torch: string;
  readonly device: string;
  readonly trainRaysPerSecond: number;
  readonly trainSamplesPerSecond: number;
  readonly renderRaysPerSecond: number;
  /** Difference of a ray's colour from ours: median and largest. Where rounding decides on a spike, a ray's colour is another. */
  readonly colourDifference: number;
  readonly largestColourDifference: number;
  /** Greatest relative difference of the first losses from ours. */
  readonly lossDifference: number;
}

const PEERS = ['straightforward', 'best'] as const;

/** Steps whose losses are compared. */
const COMPARED_STEPS = 5;

export interface Problem {
  /** Engine of a field with the neuron lif; it is trained by some steps. */
  readonly engine: FieldEngine;
  readonly batches: readonly TrainBatch[];
  readonly settings: StepSettings;
}

/** Seconds after which a peer is given up. */
const PATIENCE = 180;

/**
 * Runs every peer, or says why one does not run. The scripts lie in the sources, beside `folder`/package.json.
 *
 * @param where they may run on the processor, with so many threads (0: as many as PyTorch likes); else they need PyTorch's GPU
 */
export async function timePeers(
  problem: Problem,
  python: string,
  folder: string,
  where: 'gpu' | { readonly onProcessor: number },
): Promise<(PeerFigures | { peer: string; reason: string })[]> {
  const temporary = await mkdtemp(join(tmpdir(), 'spikeray-peers-'));
  const file = join(temporary, 'problem.safetensors');
  try {
    await writeFile(file, await encodeProblem(problem));
    const results = [];
    const options = where === 'gpu' ? ['--gpu'] : ['--steps', '3', '--threads', String(where.onProcessor)];
    for (const peer of PEERS) results.push(await timePeer(peer, [file, peer, ...options], python, folder));
    return results;
  } finally {
    await rm(temporary, { recursive: true });
  }
}

async function timePeer(
  peer: string,
  options: readonly string[],
  python: string,
  folder: string,
): Promise<PeerFigures | { peer: string; reason: string }> {
  try {
    const { stdout } = await promisify(execFile)(python, [join(folder, 'scripts/peers/run.py'), ...options], { timeout: 1000 * PATIENCE });
    return JSON.parse(stdout) as PeerFigures;
  } catch (error) {
    const { stderr, message, killed } = error as Error & { stderr?: string; killed?: boolean };
    if (killed === true) return { peer, reason: `it took longer than ${PATIENCE} s` };
    const said = stderr?.trim().split('\n').at(-1);
    return { peer, reason: said === undefined || said === '' ? message : said };
  }
}

async function encodeProblem({ engine, batches, settings }: Problem): Promise<Uint8Array> {
  const { spec } = engine;
  const { network } = spec;
  const { features } = representationOf(spec);
  if (network?.neuron !== 'lif') throw new RangeError('the peers have the neuron lif alone');
  const voxels = voxelCount(spec.grid);
  const { width } = network;
  const rays = batches[0].count;
  const ofBatches = (name: 'origins' | 'directions' | 'target' | 'background'): SafeTensor => {
    const data = new Float32Array(batches.length * rays * 3);
    batches.forEach((batch, i) => data.set(batch[name], i * rays * 3));
    return { shape: [batches.length, rays, 3], data };
  };
  const read = async (name: 'density' | 'features' | 'w1' | 'w2' | 'w3', ...shape: number[]): Promise<SafeTensor> => ({
    shape,
    data: await engine.read(name),
  });
  const tensors = new Map<string, SafeTensor>([
    ['density', await read('density', voxels)],
    ['features', await read('features', voxels, features)],
    ['w1', await read('w1', features + viewInputs(network), width)],
    ['w2', await read('w2', width, width)],
    ['w3', await read('w3', width, 3)],
    ['occupancy', { shape: [voxels], data: await engine.readOccupancy() }],
    ['origins', ofBatches('origins')],
    ['directions', ofBatches('directions')],
    ['target', ofBatches('target')],
    ['background', ofBatches('background')],
  ]);
  const [r, g, b] = batches[0].background;
  const { rgb } = await engine.renderRays(batches[0], { background: [r, g, b] });
  tensors.set('expectedColour', { shape: [rays, 3], data: rgb });
  const losses: number[] = [];
  for (let step = 0; step < COMPARED_STEPS; step++)
    losses.push((await engine.trainStep(batches[step % batches.length], { ...settings, adamStep: step + 1 })).loss);

  const { tau, threshold } = parameterValues(network);
  const problem = { spec, settings, tau, threshold, surrogate_alpha: surrogateSettings(network).alpha, expected: { losses } };
  return Buffer.concat(encodeSafetensors({ metadata: { problem: JSON.stringify(problem) }, tensors }));
}
