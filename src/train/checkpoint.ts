/**
 * A checkpoint: everything with which training goes on bit for bit, and all that evaluation and rendering need. Its tensors are read and packed one
 * at a time, both to find out what the header says of them and again when they are written, so that no more than one is held.
 *
 * On disk it is a safetensors file. The tensors have the names of backend.ts; grids have the shape [nz, ny, nx] (features: and C). A grid of
 * which most voxels hold one and the same value is stored as X.fill, X.rows, X.values (row-sparse.ts), the occupancy as bits, lowest first, the signs
 * of weights below one bit as X.packed (quantisers/sign-groups.ts).
 * Metadata, all text: format, version, head (JSON: state, spec, config, sceneFingerprint, names), sha256 (sha256.ts) over the JSON of
 * [version, head, names and shapes] and over the tensors in the order of their names.
 */
import { representationOf } from '../model/representations/index.ts';
import { voxelCount } from '../geometry/grid.ts';
import { z } from 'zod';
import { configSchema, type Config } from '../config/schema.ts';
import type { InputError } from '../base/errors.ts';
import { unpackBits } from '../io/bits.ts';
import { partsOf, type FileParts, type PiecesToCome } from '../io/files.ts';
import { bytesOf, encodeHeader, entryOf, type SafeTensor, type SafeTensors } from '../io/safetensors.ts';
import { blockHashes, sha256OfBlocks } from '../io/sha256.ts';
import { openTensors, type HashedEntry } from '../io/stored-tensors.ts';
import { float32 } from '../math/float32-schema.ts';
import { twinOf } from '../model/field-spec.ts';
import { fieldSpecSchema } from '../model/field-spec-schema.ts';
import { parametersOf, trainingTensors } from '../model/tensor-names.ts';
import { hiddenWidths } from '../neurons/settings.ts';
import { checkEntry, checkTensor, OCCUPANCY, readTensor, storedTensors, unusable, type FieldTensors } from './checkpoint-tensors.ts';
import { coarseSpec, fineSpec, networksOf, regionOf } from './stage-spec.ts';
import type { TrainState } from './train-state.ts';

export interface Checkpoint extends FieldTensors {
  readonly state: TrainState;
  readonly config: Config;
  /** `SceneData.fingerprint` of the scene it was trained on. */
  readonly sceneFingerprint: string;
}

/** 2: packed signs, raised thresholds. Files of version 1 hold neither and are read as they are. */
export const CHECKPOINT_VERSION = 2;
const FORMAT = 'spikeray-checkpoint';

const finite = z.number().finite();
const count = z.number().int().nonnegative();
const headSchema = z.strictObject({
  state: z.strictObject({
    stage: z.enum(['coarse', 'fine']),
    step: count,
    adamStep: count,
    scalings: count,
    random: z.array(z.number().int().min(0).max(0xffffffff)).length(4),
    seconds: finite.nonnegative(),
    stageStart: finite.nonnegative(),
    rays: count,
    samples: count,
    // Files from before it was there were trained without the terms that need it.
    feedback: z
      .strictObject({
        firingRates: z.array(finite.nonnegative()),
        potentials: z.array(z.array(finite)).nullable(),
      })
      .nullable()
      .default(null),
    observers: z
      .strictObject({
        weights: z.array(count),
        spikes: z.array(count),
        repeats: z.array(count).default([]),
        reach: z.array(finite.nonnegative().nullable()),
        weightGap: finite.nonnegative(),
        spikeGap: finite.nonnegative(),
      })
      .nullable()
      .default(null),
    rises: z.array(z.array(float32.nonnegative())).nullable().default(null),
  }),
  spec: fieldSpecSchema,
  config: configSchema,
  sceneFingerprint: z.string(),
  names: z.array(z.string()),
});

type Head = Pick<Checkpoint, 'state' | 'spec' | 'config' | 'sceneFingerprint' | 'names'>;

/** The file, for `Files.writeAtomic`. Nothing may change the checkpoint until it is written. */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<PiecesToCome> {
  const { state, spec, config, sceneFingerprint, names } = checkpoint;
  const entries: HashedEntry[] = [];
  for await (const [name, tensor] of storedTensors(checkpoint)) entries.push(await hashedEntry(name, tensor));
  const head: Head = { state, spec, config, sceneFingerprint, names };
  const metadata = { format: FORMAT, version: String(CHECKPOINT_VERSION), head: JSON.stringify(head) };
  const header = encodeHeader({ ...metadata, sha256: await checksumOf(metadata, entries) }, entries);
  return {
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, header.length),
    async *[Symbol.asyncIterator]() {
      yield header;
      for await (const [, { data }] of storedTensors(checkpoint)) yield bytesOf(data);
    },
  };
}

/**
 * Checks the whole file, its checksum included; tensors are read again when they are asked for. Throws InputError naming `file`, with what to do, here
 * and where a tensor is read if the file is another one by then.
 */
export async function decodeCheckpoint(content: Uint8Array<ArrayBuffer> | FileParts, file: string): Promise<Checkpoint> {
  const stored = await openTensors(content instanceof Uint8Array ? partsOf(content) : content, file);
  const { metadata, entries, noNumber } = stored;
  checkVersion(metadata, file);
  if ((await checksumOf(metadata, [...entries.values()])) !== metadata.sha256)
    throw unusable(file, 'was altered after it was written (its checksum does not match)', 'Use an untouched copy or another checkpoint.');
  const head = parseHead(metadata.head, file);
  const size = voxelCount(head.spec.grid);
  for (const name of new Set([...parametersOf(head.spec), ...head.names])) checkTensor(stored, name, head.spec, file);
  if (noNumber !== null) {
    const { name, index, value } = noNumber;
    throw unusable(file, `holds no usable field: value ${index} of the tensor ${name} is ${value}`, 'Use another checkpoint.');
  }
  checkEntry(entries, OCCUPANCY, [Math.ceil(size / 8)], 'U8', file);
  return {
    ...head,
    read: (name) => readTensor(stored, name, head.spec, file),
    readOccupancy: async () => unpackBits((await stored.read(OCCUPANCY)) as Uint8Array, size),
  };
}

function checkVersion(metadata: SafeTensors['metadata'], file: string): void {
  if (metadata.format !== FORMAT)
    throw unusable(file, 'holds tensors, but is not a checkpoint of SpikeRay', 'Give a file that `spikeray train` wrote.');
  const version = Number(metadata.version);
  if (!Number.isInteger(version) || version < 1)
    throw unusable(file, `has no valid version: ${metadata.version}`, 'Use another checkpoint.');
  if (version > CHECKPOINT_VERSION)
    throw unusable(
      file,
      `has version ${version}, newer than this program, which reads versions up to ${CHECKPOINT_VERSION}`,
      'Use the SpikeRay that wrote it, or a newer one.',
    );
}

function parseHead(text: string, file: string): Head {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw unusable(file, 'has a head that is not JSON', 'Use another checkpoint.', error);
  }
  const result = headSchema.safeParse(json);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    throw unusable(
      file,
      `describes another kind of model: ${path.join('.')}: ${message}`,
      'Use the SpikeRay that wrote it, or train again.',
    );
  }
  checkField(result.data, file);
  const known = new Set([...trainingTensors(result.data.spec), 'rate', 'inputRange', 'inputSteps']);
  const other = result.data.names.find((name) => !known.has(name));
  if (other !== undefined)
    throw unusable(
      file,
      `describes another kind of model: its field has no tensor ${other}`,
      'Use the SpikeRay that wrote it, or train again.',
    );
  return result.data;
}

/** Throws InputError unless the field is one that its settings make. */
function checkField({ state, spec, config }: Head, file: string): void {
  const wrong = (what: string): InputError => unusable(file, `is of another model: ${what}`, 'Use another checkpoint.');
  const { stage, scalings, rises } = state;
  const most = stage === 'fine' ? config.fine.scaleAt.length : 0;
  if (scalings > most) throw wrong(`its grid was scaled ${scalings} times, its settings do it ${most} times`);
  const networks = stage === 'fine' ? networksOf(config) : [null];
  // In files from before an ANN in front of the handover has the weights of its quantiser, whatever that learns.
  const known = networks.length > 1 ? [...networks, twinOf(config.network)] : networks;
  if (!known.some((network) => JSON.stringify(spec.network) === JSON.stringify(network)))
    throw wrong('its colour network is not the one of its settings');
  const widths = spec.network === null ? [] : hiddenWidths(spec.network);
  if (
    rises !== null &&
    !isAlike(
      rises.map(({ length }) => length),
      widths,
    )
  )
    throw wrong('its raised thresholds are not those of its network');
  const region = regionOf(spec);
  const made = stage === 'coarse' ? coarseSpec(config, region) : { ...fineSpec(config, region, scalings), network: spec.network };
  // Settings say how many features there are, not what they are kept in.
  const { representation, ...wanted } = made;
  const [features, expected] = [representationOf(spec).features, representationOf({ representation }).features];
  if (features !== expected) throw wrong(`its places have ${features} features, its settings make them ${expected}`);
  for (const key of Object.keys(wanted) as (keyof typeof wanted)[])
    if (!isAlike(spec[key], wanted[key]))
      throw wrong(`its ${key} is ${JSON.stringify(spec[key])}, its settings make it ${JSON.stringify(wanted[key])}`);
}

/** Largest relative difference between numbers that were computed by the same formula, in whichever order. */
const ROUNDING = 1e-9;

function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [ours, theirs] = [Object.entries(a), Object.entries(b)];
  return ours.length === theirs.length && ours.every(([key, value]) => isAlike(value, (b as Record<string, unknown>)[key]));
}

/** SHA-256 of everything that a checkpoint means: version, head, tensors. */
export async function checksum(metadata: SafeTensors['metadata'], tensors: SafeTensors['tensors']): Promise<string> {
  const hashed: HashedEntry[] = [];
  for (const [name, tensor] of tensors) hashed.push(await hashedEntry(name, tensor));
  return checksumOf(metadata, hashed);
}

async function hashedEntry(name: string, tensor: SafeTensor): Promise<HashedEntry> {
  return { ...entryOf(name, tensor), hashes: await blockHashes(bytesOf(tensor.data)) };
}

async function checksumOf(metadata: SafeTensors['metadata'], entries: readonly HashedEntry[]): Promise<string> {
  const ordered = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const table = JSON.stringify([metadata.version, metadata.head, ordered.map(({ name, shape }) => [name, shape])]);
  return sha256OfBlocks([...(await blockHashes(new TextEncoder().encode(table))), ...ordered.flatMap(({ hashes }) => hashes)]);
}
