/**
 * `RUN/checkpoints/`: coarse-00000500.safetensors, fine-00012000.safetensors; the order of the names is the order in time. The last two are
 * kept; an older one goes only after a newer one is safely in place.
 */
import { InputError } from '../base/errors.ts';
import type { Files } from '../io/files.ts';
import { toHex } from '../io/sha256.ts';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../train/checkpoint.ts';

const NAME = /^(coarse|fine)-\d{8}\.safetensors$/;
/** What a killed process leaves behind of a file it was writing. */
const LEFT_BEHIND = /^\..*\.tmp$/;

export interface SavedFile {
  readonly path: string;
  readonly bytes: number;
}

/** A checkpoint as it was read. */
export interface ReadCheckpoint {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** SHA-256 of the file, lower-case hex. Throws InputError if it is another one by now. */
  readonly sha256: () => Promise<string>;
}

function checkpointName({ stage, step }: Checkpoint['state']): string {
  return `${stage}-${String(step).padStart(8, '0')}.safetensors`;
}

/** Names of the checkpoints, oldest first; none if there is no such folder. */
export async function listCheckpoints(files: Files, folder: string): Promise<string[]> {
  if ((await files.kind(folder)) !== 'folder') return [];
  return (await files.list(folder)).filter((name) => NAME.test(name)).sort();
}

/** Saves, then removes all but this one and the one before it. What lies after it belongs to a future that was given up. */
export async function saveCheckpoint(files: Files, folder: string, checkpoint: Checkpoint): Promise<SavedFile> {
  const content = await encodeCheckpoint(checkpoint);
  const name = checkpointName(checkpoint.state);
  const path = `${folder}/${name}`;
  await files.writeAtomic(path, content);
  const names = await listCheckpoints(files, folder);
  const before = names.filter((other) => other < name).at(-1);
  for (const other of names) if (other !== name && other !== before) await files.remove(`${folder}/${other}`);
  return { path, bytes: content.bytes };
}

/** Reads and checks one checkpoint file. Throws InputError. */
export async function readCheckpoint(files: Files, path: string): Promise<ReadCheckpoint> {
  const checkpoint = await decodeCheckpoint(await files.parts(path), path);
  return {
    path,
    checkpoint,
    sha256: async () => {
      const hash = toHex(await files.hash(path));
      // Of the same file, if its tensors are still those that were read.
      for (const name of checkpoint.names) await checkpoint.read(name);
      return hash;
    },
  };
}

/**
 * The newest checkpoint. There is no silent step back: if it is damaged, the error names the newest good one before it and the option with
 * which to use it.
 */
export async function readLatestCheckpoint(files: Files, folder: string): Promise<ReadCheckpoint> {
  const names = await listCheckpoints(files, folder);
  const newest = names.at(-1);
  if (newest === undefined)
    throw new InputError(
      `${folder}: expected a checkpoint (coarse-….safetensors or fine-….safetensors), found none`,
      'The training ended before its first checkpoint: train again, with --force into the same folder.',
    );
  const path = `${folder}/${newest}`;
  try {
    return await readCheckpoint(files, path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const older = await newestReadable(files, folder, names.slice(0, -1));
    if (older === undefined) throw error;
    throw new InputError(error.message, `The checkpoint before it is good; to use it, add --checkpoint ${older}`, { cause: error });
  }
}

async function newestReadable(files: Files, folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names.toReversed()) {
    const path = `${folder}/${name}`;
    try {
      await readCheckpoint(files, path);
      return path;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return undefined;
}

/** Removes temporary files of killed processes. */
export async function removeLeftBehind(files: Files, folder: string): Promise<void> {
  if ((await files.kind(folder)) !== 'folder') return;
  for (const name of await files.list(folder)) if (LEFT_BEHIND.test(name)) await files.remove(`${folder}/${name}`);
}
