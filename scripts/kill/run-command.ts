/** One command in a process of its own, from its start to its end, harmed on the way or not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Harmed } from './harmed-commands.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Milliseconds within which a kill falls after something hidden appeared, and for which a process is stopped. */
const WRITING = 15;
const STOPPED = 500;

export interface Harm {
  readonly signal: NodeJS.Signals;
  /** Milliseconds from the start within which it falls. */
  readonly within: number;
  /** Waits until something is being written. */
  readonly aimed: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Whether the harm came before the end. */
  readonly harmed: boolean;
  readonly milliseconds: number;
}

/** Throws if it leaves anything in the folder for temporary files, unless it was killed. */
export async function runCommand({ args, asks }: Harmed, run: string, scene: string, harm?: Harm): Promise<Ended> {
  const temporary = mkdtempSync(`${run}-tmp-`);
  const child = spawn(process.execPath, [MAIN, ...args(run, scene)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const began = performance.now();
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let stderr = '';
  const said = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const [url] = /http:\/\/\S+\//.exec(stderr) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const harming = harm === undefined ? null : startHarm(child, run, temporary, harm);
  const asked = asks === undefined ? null : ask(child, said, asks);
  const [code, signal] = await ended;
  harming?.stop();
  const isServed = (await asked) === true;
  const left = readdirSync(temporary);
  if (left.length > 0 && signal !== 'SIGKILL') throw new Error(`temporary files are left: ${left.join(', ')}`);
  rmSync(temporary, { recursive: true, force: true });
  const harmed = harming?.hit() ?? false;
  return { code: isServed ? 0 : code, signal, stderr, harmed, milliseconds: performance.now() - began };
}

/** Asks a server for something of its first run, and ends it. Whether it was answered. */
async function ask(child: ChildProcess, said: Promise<string>, what: string): Promise<boolean> {
  const url = await Promise.race([said, once(child, 'exit').then(() => null)]);
  if (url === null) return false;
  try {
    const { runs } = (await (await fetch(`${url}api/runs`)).json()) as { runs: { id: string }[] };
    const response = await fetch(`${url}api/runs/${runs[0].id}/${what}`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // It was killed.
    return false;
  } finally {
    child.kill('SIGTERM');
  }
}

function startHarm(child: ChildProcess, run: string, temporary: string, { signal, within, aimed }: Harm): { stop(): void; hit(): boolean } {
  let hit = false;
  let timer: NodeJS.Timeout | undefined;
  const strike = (): void => {
    hit = child.exitCode === null && child.signalCode === null && child.kill(signal);
    if (hit && signal === 'SIGSTOP') setTimeout(() => child.kill('SIGCONT'), STOPPED);
  };
  const strikeWithin = (milliseconds: number): void => {
    timer ??= setTimeout(strike, Math.random() * milliseconds);
  };
  mkdirSync(run, { recursive: true });
  const watchers = aimed
    ? [run, temporary].map((folder) =>
        watch(folder, { recursive: true }, (_, name) => {
          if (name?.split('/').some((part) => part.startsWith('.') && !part.includes('lock.json')) === true) strikeWithin(WRITING);
        }),
      )
    : [];
  if (!aimed) strikeWithin(within);
  return {
    stop: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
    hit: () => hit,
  };
}
