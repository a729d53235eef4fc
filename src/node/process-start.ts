/** Whether a process runs, and since when: systems give the number of a process that has ended to another one. */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where process numbers mean something. */
export interface Place {
  readonly host: string;
  /** Identifies the running system and the processes that see each other in it (a container has its own); null where it cannot be told. */
  readonly boot: string | null;
}

export async function thisPlace(): Promise<Place> {
  if (process.platform !== 'linux') return { host: hostname(), boot: null };
  const [boot, namespace] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')]);
  return { host: hostname(), boot: `${boot.trim()} ${namespace}` };
}

/** Something that no other process of this number has; '' if the system does not tell; null if there is no such process. */
export async function processStart(pid: number): Promise<string | null> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, and is somebody else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  if (process.platform === 'linux') return linuxStart(pid);
  if (process.platform === 'win32') return '';
  return (await run('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim();
}

/** Field 22 of /proc/PID/stat, clock ticks since the system's start; fields are counted behind the name, which may hold anything. */
async function linuxStart(pid: number): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
  const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // What is left of a process that ended (Z) writes nothing any more.
  return state === 'Z' || state === 'X' ? null : fields[18];
}
