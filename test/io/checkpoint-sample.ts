/** A small checkpoint with values in every part, for tests. */
import { denseSpec } from '../../src/model/representations/dense.ts';
import { voxelCount } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import type { TensorName } from '../../src/model/tensor-names.ts';
import { presets } from '../../src/config/presets.ts';
import { Random } from '../../src/math/random.ts';
import { viewInputs, type FieldSpec } from '../../src/model/field-spec.ts';
import { neuronTensors } from '../../src/neurons/settings.ts';
import type { Checkpoint } from '../../src/train/checkpoint.ts';

export interface SampleOptions {
  readonly seed?: number;
  /** Share of the voxels that training has touched. */
  readonly touched?: number;
  readonly size?: readonly [number, number, number];
  readonly step?: number;
  readonly neuron?: string;
}

export function sampleCheckpoint({
  seed = 1,
  touched = 0.2,
  size = [5, 4, 3],
  step = 120,
  neuron = 'lif',
}: SampleOptions = {}): Checkpoint {
  const random = new Random(seed);
  const config = { ...presets.blender, network: { ...presets.blender.network, width: 16, neuron } };
  const spec: FieldSpec = {
    space: BOUNDED,
    grid: { size, min: [-1, -0.75, -0.5], max: [1, 0.75, 0.5] },
    representation: denseSpec(12),
    network: config.network,
    densityShift: -4.595,
    interval: 0.5,
    stepLength: 0.01,
    near: 2,
    alphaThreshold: 1e-4,
    weightThreshold: 1e-3,
  };
  const voxels = voxelCount(spec.grid);
  const inputs = 12 + viewInputs(config.network);
  const seen = Uint8Array.from({ length: voxels }, () => (random.float() < touched ? 1 : 0));
  const grid = (channels: number): Float32Array =>
    Float32Array.from({ length: voxels * channels }, (_, i) => (seen[Math.floor(i / channels)] === 1 ? random.float() - 0.5 : 0));
  const matrix = (length: number): Float32Array => Float32Array.from({ length }, () => random.float() - 0.5);
  const tensors = new Map<TensorName, Float32Array>([
    ['inputRange', Float32Array.of(-0.5, 0.5)],
    ['rate', new Float32Array(voxels).fill(1)],
  ]);
  for (const ending of ['', '.m', '.v'] as const) {
    tensors.set(`density${ending}`, grid(1));
    tensors.set(`features${ending}`, grid(12));
    tensors.set(`w1${ending}`, matrix(inputs * 16));
    tensors.set(`w2${ending}`, matrix(16 * 16));
    tensors.set(`w3${ending}`, matrix(16 * 3));
    for (const { name, length } of neuronTensors(spec.network)) tensors.set(`${name}${ending}`, matrix(length));
  }
  return {
    state: {
      stage: 'fine',
      step,
      adamStep: step,
      scalings: 3,
      random: random.state,
      seconds: 12.25,
      stageStart: 3.5,
      rays: 1000,
      samples: 5000,
      feedback: {
        firingRates: [0.0625, 0.1],
        potentials: [
          [0.1, -0.25],
          [1 / 3, 2],
        ],
      },
    },
    spec,
    config,
    sceneFingerprint: 'abc123',
    names: [...tensors.keys()],
    read: (name) => Promise.resolve(tensors.get(name)!.slice()),
    readOccupancy: () => Promise.resolve(seen.slice()),
  };
}

export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

/** The bit pattern, so that -0 and NaN count. */
export function bitsOf(data: Float32Array): number[] {
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)];
}
