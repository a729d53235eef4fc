/** Who may write a folder. Real processes hold it in test/e2e/one-writer.test.ts. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError, LockedError, StorageError } from '../../src/base/errors.ts';
import { holderOf, lockFolder, STALE_SECONDS } from '../../src/node/lock-folder.ts';
import { processStart, thisPlace } from '../../src/node/process-start.ts';
import { LOCK_FILE } from '../../src/run/folder-lock.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'run');
  file = join(folder, LOCK_FILE);
});

/** A lock as another process would have left it. */
async function leave(change: object, secondsAgo = 0): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const holder = {
    ...(await thisPlace()),
    pid: process.pid,
    started: 'long ago',
    command: 'spikeray resume run',
    since: '2026-01-01T00:00:00Z',
  };
  writeFileSync(file, JSON.stringify({ ...holder, ...change }));
  const then = Date.now() / 1000 - secondsAgo;
  utimesSync(file, then, then);
}

async function refusal(): Promise<LockedError> {
  const failure: unknown = await lockFolder(folder).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof LockedError)) throw new Error(`expected to be refused, found ${String(failure)}`);
  return failure;
}

describe('the lock of a folder', () => {
  it('is held once, names its holder, and is gone when it is released', async () => {
    const lock = await lockFolder(folder);
    await lock.confirm();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    expect((await refusal()).message).toMatch(new RegExp(`${folder} is in use by .*, process ${process.pid} on ${hostname()}, since 20`));
    await lock.release();
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await lockFolder(folder)).release();
  });

  it('goes to one of many that ask at once', async () => {
    await leave({ pid: 2 ** 22 + 1 });
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    const got = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(got).toHaveLength(1);
    for (const result of asked) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LockedError);
    await got[0].confirm();
    await got[0].release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['whose process is gone', { pid: 2 ** 22 + 1 }],
    ['whose number belongs to another process now', { pid: process.pid }],
  ])('is taken over from a holder %s, however lately it was renewed', async (_what, change) => {
    await leave(change);
    const lock = await lockFolder(folder);
    await lock.confirm();
    await lock.release();
  });

  it('is kept by a holder that runs, however long ago it was renewed', async () => {
    await leave({ started: await processStart(process.pid) }, 10 * STALE_SECONDS);
    expect((await refusal()).message).toContain('`spikeray resume run`');
  });

  it.each([
    ['another host', { host: 'node-7', boot: 'other' }],
    ['before a restart', { boot: 'other' }],
  ])('of %s counts as left behind only when it was not renewed for a while', async (_where, change) => {
    await leave(change, STALE_SECONDS - 20);
    const { message, fix } = await refusal();
    expect(message).toContain('`spikeray resume run`');
    expect(fix).toContain(`${STALE_SECONDS} seconds`);
    await leave(change, STALE_SECONDS + 20);
    await (await lockFolder(folder)).release();
  });

  it('is looked at without a trace in the folder', async () => {
    await leave({ host: 'node-7', boot: 'other' }, STALE_SECONDS - 20);
    utimesSync(folder, 1, 1);
    expect(await holderOf(folder)).toMatchObject({ host: 'node-7', here: false });
    await leave({ host: 'node-7', boot: 'other' }, STALE_SECONDS + 20);
    expect(await holderOf(folder)).toBeNull();
    expect(statSync(folder).mtimeMs).toBe(1000);
  });

  it('that cannot be read is refused until it is old', async () => {
    await leave({});
    writeFileSync(file, '');
    expect((await refusal()).message).toContain('does not say by whom');
    const then = Date.now() / 1000 - STALE_SECONDS - 20;
    utimesSync(file, then, then);
    await (await lockFolder(folder)).release();
  });

  it('that was lost is noticed before the next write, and the new holder keeps it', async () => {
    const lock = await lockFolder(folder);
    writeFileSync(file, 'another');
    await expect(lock.confirm()).rejects.toThrow(StorageError);
    await expect(lock.confirm()).rejects.toThrow('stood still');
    await lock.release();
    expect(readFileSync(file, 'utf8')).toBe('another');
    rmSync(file);
    await expect(lock.confirm()).rejects.toThrow('was removed');
    expect(existsSync(file)).toBe(false);
  });
});

it.skipIf(process.platform === 'win32')(
  'a lock that is a pipe, a folder or a circle of links is said to be, and not waited for',
  async () => {
    const make: Record<string, () => void> = {
      'a named pipe': () => execFileSync('mkfifo', [file]),
      'a folder': () => mkdirSync(file),
      'round in a circle': () => {
        symlinkSync(LOCK_FILE, file);
      },
    };
    for (const [found, put] of Object.entries(make)) {
      mkdirSync(folder, { recursive: true });
      put();
      await expect(lockFolder(folder)).rejects.toThrow(found);
      await expect(holderOf(folder)).rejects.toThrow(InputError);
      rmSync(folder, { recursive: true });
    }
  },
);

it('what a killed process was writing is removed by the next one that locks the folder; what a living one writes stays', async () => {
  mkdirSync(folder, { recursive: true });
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [dead, living] = [pid, process.ppid].map((of) => `.plan.json.${hostname().replace(/[^\w.-]/g, '_')}-${of}-0.tmp`);
  for (const name of [dead, living]) writeFileSync(join(folder, name), '');
  await (await lockFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([living]);
});
