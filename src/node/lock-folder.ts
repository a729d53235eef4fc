/**
 * Locks folders in Node: LOCK_FILE is made exclusively and names its holder (host, process, start of the process, command). It is renewed every
 * RENEW_SECONDS while it is held.
 *
 * A lock that is found is left behind, and taken over,
 *     - on the same running system: if that process, begun at that time, is gone
 *     - else (another host, another container, before a restart): if it was not renewed for STALE_SECONDS, by the clock of the file system;
 *       who only asks writes nothing, and goes by this machine's clock
 *
 * Whoever locks a folder removes what killed processes of this machine left of files that they were writing into it.
 *
 * A holder that was stopped for longer than STALE_SECONDS finds at its
 * next `confirm` that the lock is not its own any more, and writes nothing.
 */
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LockedError, StorageError } from '../base/errors.ts';
import { clock } from '../base/format.ts';
import { LOCK_FILE, type FolderLock, type LockHolder } from '../run/folder-lock.ts';
import { atExit } from './at-exit.ts';
import { makeFolders, nodeFiles, removeTemporaries, temporaryBeside } from './node-files.ts';
import { unwritable } from './system-errors.ts';
import { processStart, thisPlace, type Place } from './process-start.ts';
import { thisCommand } from './this-command.ts';

const RENEW_SECONDS = 15;
export const STALE_SECONDS = 180;

/** Bytes of a lock. */
const LARGEST = 65_536;

/** Held for a moment by who removes a lock that was left behind. */
const GUARD = `.${LOCK_FILE}.taking`;

/** Tries before giving up: each time another process was quicker, and is gone again. */
const TRIES = 100;

const holderSchema = z.object({
  host: z.string(),
  boot: z.string().nullable(),
  pid: z.number().int().positive(),
  started: z.string(),
  command: z.string(),
  since: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

interface Found {
  readonly text: string;
  /** null: unreadable, such as of a process that ended while it wrote the file. */
  readonly holder: Holder | null;
  /** Seconds. */
  readonly age: () => Promise<number>;
}

/** @throws LockedError with the holder's name */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK_FILE);
  const place = await thisPlace();
  const own: Holder = {
    ...place,
    pid: process.pid,
    started: (await processStart(process.pid)) ?? '',
    command: thisCommand(),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(own, null, 2)}\n`;
  try {
    await makeFolders(folder);
    await removeTemporaries(folder);
    for (let i = 0; i < TRIES; i++) {
      if (await create(path, text)) return held(folder, path, text);
      const found = await look(path, ageOf);
      if (found === null) continue;
      if (await isHeld(found, place)) throw await refusal(folder, path, found, place);
      await takeAway(path, found.text);
    }
  } catch (error) {
    throw unwritable(path, null, error);
  }
  throw new LockedError(`${folder}: other processes take its lock again and again`, 'Try again when they are done.');
}

function held(folder: string, path: string, text: string): FolderLock {
  const timer = setInterval(() => void renew(path, text), RENEW_SECONDS * 1000);
  timer.unref();
  let released = false;
  const callOff = atExit(() => {
    try {
      if (readFileSync(path, 'utf8') === text) rmSync(path);
    } catch {
      // Gone already, or not to be reached: the process is ending, and the next one sees that it is gone.
    }
  });
  return {
    confirm: async () => {
      const now = await readOrNull(path);
      if (now === text) return;
      throw new StorageError(
        `${folder}: this process lost its lock: ${now === null ? `${path} was removed` : 'it stood still for so long that another took over'}; nothing more is written`,
        'Look at what is there now before you give the command again.',
      );
    },
    release: async () => {
      if (released) return;
      released = true;
      clearInterval(timer);
      callOff();
      if ((await readOrNull(path)) === text) await rm(path, { force: true });
    },
  };
}

/** Who writes `folder`; null: nobody, or only a lock that was left behind. */
export async function holderOf(folder: string): Promise<LockHolder | null> {
  const found = await look(join(folder, LOCK_FILE), ageHere);
  if (found?.holder == null) return null;
  const place = await thisPlace();
  if (!(await isHeld(found, place))) return null;
  const { host, pid, command } = found.holder;
  return { host, pid, command, here: samePlace(found.holder, place) };
}

/** Whether the file was made: false if there is one. */
async function create(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Writes the same bytes again: the file system dates it by its own clock. A lock that is not there, or another's, is left alone. */
async function renew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      if ((await file.readFile('utf8')) === text) await file.write(text, 0);
    } finally {
      await file.close();
    }
  } catch {
    // What is wrong with it shows when something is to be written: `confirm`.
  }
}

async function look(path: string, age: (path: string) => Promise<number>): Promise<Found | null> {
  const text = await readOrNull(path);
  return text === null ? null : { text, holder: parseHolder(text), age: () => age(path) };
}

function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function isHeld({ holder, age }: Found, { host, boot }: Place): Promise<boolean> {
  if (holder === null || !samePlace(holder, { host, boot })) return (await age()) < STALE_SECONDS;
  const start = await processStart(holder.pid);
  return start !== null && (start === '' || start === holder.started);
}

const samePlace = (a: Place, b: Place): boolean => a.host === b.host && a.boot === b.boot;

async function refusal(folder: string, path: string, { holder, age }: Found, place: Place): Promise<LockedError> {
  if (holder === null)
    return new LockedError(
      `${folder} is in use: ${path} is there, and does not say by whom`,
      `It counts as left behind ${STALE_SECONDS} seconds after it was written; that was ${clock(await age())} ago. Then give the command again.`,
    );
  const { command, pid, host, since } = holder;
  const who = `${folder} is in use by \`${command}\`, process ${pid} on ${host}, since ${since}`;
  if (samePlace(holder, place)) return new LockedError(who, 'Wait until it has ended, or end it; then give the command again.');
  return new LockedError(
    who,
    `Wait until it has ended. Should it be gone: its lock counts as left behind ${STALE_SECONDS} seconds after it was last renewed, ${clock(await age())} ago.`,
  );
}

/** Removes the lock that was left behind, if it still is what was found: only who holds GUARD may, and a dead holder changes nothing. */
async function takeAway(path: string, text: string): Promise<void> {
  const guard = join(path, '..', GUARD);
  if (!(await create(guard, ''))) {
    if ((await ageOf(guard)) > STALE_SECONDS) await rm(guard, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return;
  }
  try {
    if ((await readOrNull(path)) === text) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** Seconds since a file was written, by the clock of its file system, or this machine's where nothing may be written; 0 if it is gone. */
async function ageOf(path: string): Promise<number> {
  const probe = temporaryBeside(path);
  try {
    await writeFile(probe, '');
    const [{ mtimeMs }, now] = await Promise.all([stat(path), stat(probe)]);
    return (now.mtimeMs - mtimeMs) / 1000;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 0;
    if (code === 'EROFS' || code === 'EACCES') return ageHere(path);
    throw error;
  } finally {
    await rm(probe, { force: true });
  }
}

/** The same by this machine's clock: nothing is written. */
async function ageHere(path: string): Promise<number> {
  try {
    return (Date.now() - (await stat(path)).mtimeMs) / 1000;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** Throws InputError for what is no file that can be read: a pipe would be waited for. */
async function readOrNull(path: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await nodeFiles.read(path, LARGEST));
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null;
    throw error;
  }
}
