/** A small checkpoint with values in every part, for tests. */
import { voxelCount } from '../../src/geometry/grid.ts';
import { BOUNDED } from '../../src/spaces/bounded.ts';
import type { TensorName } from '../../src/model/tensor-names.ts';
import { presets } from '../../src/config/presets.ts';
import { Random } from '../../src/math/random.ts';
import { viewInputs } from '../../src/model/field-spec.ts';
import { neuronTensors } from '../../src/neurons/settings.ts';
import { fineSpec } from '../../src/train/stage-spec.ts';
import { encodeCheckpoint, type Checkpoint } from '../../src/train/checkpoint.ts';

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
  const { blender } = presets;
  const voxelsOfBox = size[0] * size[1] * size[2];
  const config = {
    ...blender,
    network: { ...blender.network, width: 16, neuron },
    field: presets.paper.field,
    fine: { ...blender.fine, voxels: voxelsOfBox, scaleAt: [100], annShare: 0 },
  };
  const scalings = config.fine.scaleAt.length;
  // Cubes of a quarter of a metre.
  const half = size.map((points) => points / 8) as [number, number, number];
  const box = { min: [-half[0], -half[1], -half[2]], max: half } as const;
  const spec = fineSpec(config, { space: BOUNDED, near: 2, box }, scalings);
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
      scalings,
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
      rises: [0, 1].map((layer) => Array.from({ length: 16 }, (_, c) => (layer + c) / 4)),
      observers: { weights: [4, 2, 3], spikes: [3, 1], repeats: [3, 2], reach: [null, 2.5], weightGap: 2, spikeGap: 0 },
    },
    spec,
    config,
    sceneFingerprint: 'abc123',
    names: [...tensors.keys()],
    read: (name) => Promise.resolve(tensors.get(name)!.slice()),
    readOccupancy: () => Promise.resolve(seen.slice()),
  };
}

/** The file of a checkpoint. */
export async function fileOf(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await encodeCheckpoint(checkpoint)) pieces.push(piece);
  return joinChunks(pieces);
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
