import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { Random } from '../../src/math/random.ts';
import { CHECKPOINT_VERSION, decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../src/train/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type SafeTensors } from '../../src/io/safetensors.ts';
import { blockHashes, sha256OfBlocks } from '../../src/io/sha256.ts';
import { bitsOf, fileOf, joinChunks, sampleCheckpoint } from './checkpoint-sample.ts';

async function failureOf(bytes: Uint8Array<ArrayBuffer>): Promise<InputError> {
  const failure: unknown = await decodeCheckpoint(bytes, 'RUN/x.safetensors').then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof InputError)) throw new Error(`expected an InputError, found ${String(failure)}`);
  expect(failure.message).toContain('RUN/x.safetensors');
  expect(failure.fix).toBeTruthy();
  return failure;
}

/** Rewrites parts of a checkpoint the way a hostile program would: with a checksum that fits. */
async function forge(bytes: Uint8Array<ArrayBuffer>, change: (content: SafeTensors, head: Record<string, unknown>) => SafeTensors) {
  const content = decodeSafetensors(bytes, 'x');
  const head = JSON.parse(content.metadata.head) as Record<string, unknown>;
  const { metadata, tensors } = change(content, head);
  const ordered = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(head);
  const table = JSON.stringify([metadata.version, text, ordered.map(([name, { shape }]) => [name, shape])]);
  const data = ordered.map(([, tensor]) => new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
  const hashes = await Promise.all([new TextEncoder().encode(table), ...data].map(blockHashes));
  const sha256 = await sha256OfBlocks(hashes.flat());
  return joinChunks(encodeSafetensors({ metadata: { ...metadata, head: text, sha256 }, tensors }));
}

describe('checkpoint file', () => {
  let whole: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    whole = await fileOf(sampleCheckpoint());
  });

  it.each([0, 0.2, 1])('restores everything bit for bit with %s of the voxels touched', async (touched) => {
    const checkpoint = sampleCheckpoint({ touched });
    const restored = await decodeCheckpoint(await fileOf(checkpoint), 'x');
    for (const key of ['state', 'spec', 'config', 'sceneFingerprint', 'names'] as const) expect(restored[key]).toEqual(checkpoint[key]);
    for (const name of checkpoint.names) expect(bitsOf(await restored.read(name)), name).toEqual(bitsOf(await checkpoint.read(name)));
    expect(await restored.readOccupancy()).toEqual(await checkpoint.readOccupancy());
  });

  it.each(['plif', 'glif'])('keeps what the neurons have learned: %s', async (neuron) => {
    const checkpoint = sampleCheckpoint({ neuron });
    const restored = await decodeCheckpoint(await fileOf(checkpoint), 'x');
    const learned = checkpoint.names.filter((name) => name.startsWith('n1.'));
    expect(learned).toContain(neuron === 'plif' ? 'n1.tau.v' : 'n1.alpha.m');
    for (const name of learned) expect(bitsOf(await restored.read(name)), name).toEqual(bitsOf(await checkpoint.read(name)));
  });

  it('is made of one tensor at a time, each read once for the header and once to be written', async () => {
    const sample = sampleCheckpoint({ touched: 1 });
    const read: string[] = [];
    const content = await encodeCheckpoint({
      ...sample,
      read: (name) => {
        read.push(name);
        return sample.read(name);
      },
    });
    expect(read).toEqual(sample.names);
    let [bytes, pieces] = [0, 0];
    for await (const piece of content) {
      bytes += piece.length;
      // The header comes before any tensor is read again.
      expect(read.length - sample.names.length).toBeLessThanOrEqual(pieces++);
    }
    expect(bytes).toBe(content.bytes);
    expect(read).toEqual([...sample.names, ...sample.names]);
  });

  it('gives copies', async () => {
    const restored = await decodeCheckpoint(whole.slice(), 'x');
    (await restored.read('w1')).fill(0);
    expect(bitsOf(await restored.read('w1'))).toEqual(bitsOf(await sampleCheckpoint().read('w1')));
  });

  it('stores mostly untouched grids by rows, and occupancy as bits', async () => {
    const { tensors } = decodeSafetensors(whole, 'x');
    expect(tensors.has('features')).toBe(false);
    expect(tensors.get('features.values')?.shape[1]).toBe(12);
    expect(tensors.get('rate.rows')?.shape).toEqual([0]);
    expect(tensors.get('occupancy')?.shape).toEqual([8]);
    const dense = decodeSafetensors(await fileOf(sampleCheckpoint({ touched: 1 })), 'x').tensors;
    expect(dense.get('features')?.shape).toEqual([3, 4, 5, 12]);
    expect(dense.get('w1')?.shape).toEqual([39, 16]);
  });

  it('refuses truncated files', async () => {
    for (const share of [0, 0.01, 0.5, 0.9, 0.999]) {
      expect((await failureOf(whole.slice(0, Math.floor(whole.length * share)))).message).toContain('truncated');
    }
  });

  it('never takes an altered file for a good one', async () => {
    const original = await decodeCheckpoint(whole.slice(), 'x');
    const random = new Random(7);
    for (let i = 0; i < 300; i++) {
      const altered = whole.slice();
      const position = i < 100 ? random.integer(400) : random.integer(altered.length);
      altered[position] ^= 1 << random.integer(8);
      const decoded = await decodeCheckpoint(altered, 'RUN/x.safetensors').catch((error: unknown) => error);
      if (decoded instanceof InputError) continue;
      expect((decoded as Checkpoint).state, `byte ${position}`).toEqual(original.state);
      for (const name of original.names)
        expect(bitsOf(await (decoded as Checkpoint).read(name)), name).toEqual(bitsOf(await original.read(name)));
    }
  });

  it('says that data was altered', async () => {
    const altered = whole.slice();
    altered[altered.length - 100] ^= 4;
    expect((await failureOf(altered)).message).toContain('checksum');
  });

  it('refuses files of a newer program', async () => {
    const newer = await forge(whole, (content) => ({
      ...content,
      metadata: { ...content.metadata, version: String(CHECKPOINT_VERSION + 1) },
    }));
    expect((await failureOf(newer)).message).toContain('newer');
    const none = await forge(whole, (content) => ({ ...content, metadata: { ...content.metadata, version: 'x' } }));
    expect((await failureOf(none)).message).toContain('version');
  });

  it('reads files of version 1, which had no raised thresholds and no packed signs', async () => {
    const older = await forge(whole, (content, head) => {
      delete (head.state as Record<string, unknown>).rises;
      return { ...content, metadata: { ...content.metadata, version: '1' } };
    });
    expect((await decodeCheckpoint(older, 'x')).state).toEqual({ ...sampleCheckpoint().state, rises: null });
  });

  it('refuses other safetensors files', async () => {
    const other = encodeSafetensors({ metadata: {}, tensors: new Map([['a', { shape: [1], data: Float32Array.of(1) }]]) });
    expect((await failureOf(joinChunks(other))).message).toContain('not a checkpoint');
  });

  type Change = (content: SafeTensors, head: Record<string, Record<string, unknown>>) => SafeTensors;
  const without = (content: SafeTensors, name: string): SafeTensors => ({
    ...content,
    tensors: new Map([...content.tensors].filter(([key]) => key !== name)),
  });
  const models: Record<string, Change> = {
    'a tensor missing': (content) => without(content, 'w2'),
    'row-sparse values missing': (content) => without(content, 'features.values'),
    'occupancy missing': (content) => without(content, 'occupancy'),
    'a tensor of another shape': (content) => {
      const tensors = new Map(content.tensors);
      const { data } = tensors.get('w2')!;
      return { ...content, tensors: tensors.set('w2', { shape: [8, 32], data }) };
    },
    'a tensor of another type': (content) => {
      const tensors = new Map(content.tensors);
      return { ...content, tensors: tensors.set('w2', { shape: [16, 16], data: new Uint32Array(256) }) };
    },
    'another network than its config': (content, head) => {
      (head.config.network as Record<string, unknown>).neuron = 'relu';
      return content;
    },
    'a key this program does not know': (content, head) => {
      head.spec.contraction = 'sphere';
      return content;
    },
    'a grid of absurd size': (content, head) => {
      (head.spec.grid as Record<string, unknown>).size = [1e6, 1e6, 1e6];
      return content;
    },
    'another grid than its tensors': (content, head) => {
      (head.spec.grid as Record<string, unknown>).size = [50, 40, 30];
      return content;
    },
    'another density shift than its settings make': (content, head) => {
      head.spec.densityShift = 3;
      return content;
    },
    'steps of absurd length': (content, head) => {
      head.spec.stepLength = 1e30;
      return content;
    },
    'a threshold that is not that of its settings': (content, head) => {
      head.spec.alphaThreshold = 0.5;
      return content;
    },
    'raised thresholds of another width': (content, head) => {
      head.state.rises = [[0, 0], [0]];
      return content;
    },
    'more scalings than its settings have': (content, head) => {
      head.state.scalings = 99;
      return content;
    },
    'an empty box': (content, head) => {
      (head.spec.grid as Record<string, unknown>).max = [-1, 1, 1];
      return content;
    },
  };
  it.each(Object.entries(models))('refuses a model with %s', async (_, change) => {
    const bytes = await forge(whole, change as Parameters<typeof forge>[1]);
    expect((await failureOf(bytes)).message).toMatch(/model/);
  });

  it.each([
    ['w1', NaN],
    ['w2.m', Infinity],
    ['features.values', -Infinity],
    ['density.fill', NaN],
  ])('refuses a number that is none, in %s', async (name, value) => {
    const bytes = await forge(whole, (content) => {
      const tensors = new Map(content.tensors);
      const { shape, data } = tensors.get(name)!;
      const changed = (data as Float32Array).slice();
      changed[0] = value;
      return { ...content, tensors: tensors.set(name, { shape, data: changed }) };
    });
    expect((await failureOf(bytes)).message).toContain(`value 0 of the tensor ${name} is ${value}`);
  });

  it('refuses row indices out of range when the tensor is read', async () => {
    const bytes = await forge(whole, (content) => {
      const tensors = new Map(content.tensors);
      const rows = (tensors.get('features.rows')!.data as Uint32Array).slice();
      rows[rows.length - 1] = 60;
      return { ...content, tensors: tensors.set('features.rows', { shape: [rows.length], data: rows }) };
    });
    const checkpoint = await decodeCheckpoint(bytes, 'RUN/x.safetensors');
    await expect(checkpoint.read('features')).rejects.toThrow(InputError);
  });
});
