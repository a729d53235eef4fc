/** Reads a baked scene (baked-scene.ts), in Node and in browsers. Every error is an InputError that names the file. */
import { DENSITY, FEATURES } from '../model/representations/dense.ts';
import { checkNeuron } from '../config/neuron-settings.ts';
import { representationOf } from '../model/representations/index.ts';
import { networkRenderingTensors } from '../model/tensor-names.ts';
import { voxelCount } from '../geometry/grid.ts';
import { InputError } from '../base/errors.ts';
import { unpackBits } from '../io/bits.ts';
import { GunzipReader } from '../io/gzip.ts';
import { densityOf } from '../lattice/density.ts';
import { type FieldSpec } from '../model/field-spec.ts';
import { codedLayers, type CodedLayer } from '../model/stored-codes.ts';
import {
  BAKED_VERSION,
  DENSITY_LEVELS,
  FEATURE_LEVELS,
  headSchema,
  MAGIC,
  OLDEST_BAKED_VERSION,
  PRELUDE_BYTES,
  type BakedHead,
  type BakedScene,
} from './baked-scene.ts';
import { valueOf } from './levels.ts';
import { decodeNetwork } from './network-section.ts';
import { neighboursBefore, toLevels } from './prediction.ts';
import { indicesOf } from './stored-points.ts';

const LONGEST_HEAD = 2 ** 24;

/** @param file what errors call it */
export async function decodeScene(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<BakedScene> {
  const version = checkPrelude(bytes, file);
  const packed = new GunzipReader(bytes.subarray(PRELUDE_BYTES), file);
  try {
    return await decode(packed, version, file);
  } finally {
    await packed.cancel();
  }
}

async function decode(packed: GunzipReader, version: number, file: string): Promise<BakedScene> {
  const head = await readHead(packed, file);
  const spec: FieldSpec = head.spec;
  const voxels = voxelCount(spec.grid);
  const channels = representationOf(spec).features;
  const { size } = spec.grid;
  const takeBits = async (count: number): Promise<Uint8Array> => unpackBits(await packed.take(Math.ceil(count / 8)), count);
  const occupancy = await takeBits(voxels);
  const stored = await takeBits(voxels);
  const points = indicesOf(stored);
  const coloured = scattered(await takeBits(points.length), points, voxels);
  const places = indicesOf(coloured);
  const densities = toLevels(wordsOf(await packed.take(points.length * 2)), neighboursBefore(stored, size));
  if (densities.some((level) => level > DENSITY_LEVELS)) throw damaged(file, 'a density is beyond its range');
  const before = neighboursBefore(coloured, size);
  const features: Uint8Array[] = [];
  for (let channel = 0; channel < channels; channel++) features.push(toLevels(await packed.take(places.length), before));
  const take = (bytes: number): Promise<Uint8Array<ArrayBuffer>> => packed.take(bytes);
  const network = await decodeNetwork(take, spec, packedLayers(head, version), (reason) => damaged(file, reason));
  const thumbnails: Uint8Array<ArrayBuffer>[] = [];
  for (const size of head.thumbnails) thumbnails.push(await packed.take(size));
  await packed.end();

  const readDensity = (): Float32Array => {
    const threshold = densityOf(spec.alphaThreshold, spec.densityShift, spec.interval);
    const density = new Float32Array(voxels).fill(Number.isFinite(threshold) ? Math.min(head.density.low, threshold) : head.density.low);
    for (let i = 0; i < points.length; i++) density[points[i]] = valueOf(densities[i], head.density, DENSITY_LEVELS);
    return density;
  };
  const readFeatures = (): Float32Array => {
    const all = new Float32Array(voxels * channels);
    features.forEach((levels, channel) => {
      const values = Float32Array.from({ length: FEATURE_LEVELS + 1 }, (_, level) =>
        valueOf(level, head.features[channel], FEATURE_LEVELS),
      );
      for (let i = 0; i < places.length; i++) all[places[i] * channels + channel] = values[levels[i]];
    });
    return all;
  };
  return {
    about: head.about,
    spec,
    seed: head.seed,
    thumbnails,
    read: async (name) => {
      if (name === DENSITY) return readDensity();
      if (name === FEATURES) return readFeatures();
      const found = network.get(name);
      if (found === undefined) throw new RangeError(`${file} holds no tensor ${name}`);
      return found.slice();
    },
    readOccupancy: async () => occupancy.slice(),
  };
}

/** Those whose codes a file of this version packs. */
function packedLayers({ spec, packedSigns }: BakedHead, version: number): CodedLayer[] {
  const layers = codedLayers(spec);
  if (version === BAKED_VERSION) return layers;
  return packedSigns === true ? layers.filter(({ codes }) => codes.state !== undefined) : [];
}

/** The version. Throws InputError unless these are the first bytes of a baked scene of one that is read. */
export function checkPrelude(bytes: Uint8Array, file: string): number {
  const found = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (bytes.length < PRELUDE_BYTES || found !== MAGIC)
    throw new InputError(`${file}: expected a baked scene, found something else`, 'Give a file that `spikeray export --format web` wrote.');
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (version < OLDEST_BAKED_VERSION || version > BAKED_VERSION)
    throw new InputError(
      `${file}: has version ${version}; this program reads versions ${OLDEST_BAKED_VERSION} to ${BAKED_VERSION}`,
      'Export it again with this program, or read it with the one that wrote it.',
    );
  return version;
}

async function readHead(packed: GunzipReader, file: string): Promise<BakedHead> {
  const length = new DataView((await packed.take(4)).buffer).getUint32(0, true);
  if (length > LONGEST_HEAD) throw damaged(file, `its head would have ${length} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await packed.take(length)));
  } catch (error) {
    throw error instanceof InputError ? error : damaged(file, 'its head is not JSON', error);
  }
  const result = headSchema.safeParse(json);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    throw damaged(file, `its head is not valid: ${path.join('.')}: ${message}`);
  }
  const { spec, features, thumbnails, about } = result.data;
  checkNetwork(spec, file);
  const { kind, features: channels } = representationOf(spec);
  if (kind !== 'dense') throw damaged(file, `expected dense grids, found ${kind}`);
  if (features.length !== channels) throw damaged(file, `expected ranges of ${channels} channels, found ${features.length}`);
  if (thumbnails.length !== 0 && thumbnails.length !== about.cameras.views.length)
    throw damaged(file, `expected ${about.cameras.views.length} thumbnails or none, found ${thumbnails.length}`);
  return result.data;
}

/** Throws InputError for a network that is none: neurons, parameters, layers or quantisers that nobody has. */
function checkNetwork(spec: FieldSpec, file: string): void {
  try {
    if (spec.network !== null) checkNeuron(spec.network);
    networkRenderingTensors(spec);
  } catch (error) {
    throw error instanceof InputError ? damaged(file, error.message, error) : error;
  }
}

/** u16 from low bytes and high bytes. */
function wordsOf(bytes: Uint8Array): Uint16Array<ArrayBuffer> {
  const n = bytes.length / 2;
  const words = new Uint16Array(n);
  for (let i = 0; i < n; i++) words[i] = bytes[i] | (bytes[n + i] << 8);
  return words;
}

/** [V] the flags at their points, 0 elsewhere. */
function scattered(flags: Uint8Array, points: Uint32Array, voxels: number): Uint8Array {
  const all = new Uint8Array(voxels);
  flags.forEach((flag, i) => {
    all[points[i]] = flag;
  });
  return all;
}

function damaged(file: string, reason: string, cause?: unknown): InputError {
  return new InputError(`${file}: damaged: ${reason}`, 'Copy the file again, or export it again.', { cause });
}
