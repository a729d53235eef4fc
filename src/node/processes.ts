/** Other programs, started by Node. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ownCores } from '../backends/wasm/launch-node.ts';
import type { Processes, Ran } from '../jobs/launchers/launcher.ts';

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));

export const nodeProcesses: Processes = {
  cores: ownCores(),
  program: [process.execPath, MAIN],
  start: (args, log) => {
    mkdirSync(dirname(log), { recursive: true });
    const file = openSync(log, 'a');
    // A process group of its own: Ctrl-C in a terminal goes to this process alone, which passes it on. The channel tells it when this process is gone.
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', file, file, 'ipc'], detached: true, windowsHide: true });
    closeSync(file);
    return {
      ended: new Promise((resolve) => {
        child.on('exit', resolve);
        child.on('error', () => {
          resolve(null);
        });
      }),
      interrupt: () => child.kill('SIGTERM'),
    };
  },
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
        const { code } = (error ?? { code: 0 }) as { code?: number | string };
        const ran: Ran = { code: typeof code === 'number' ? code : null, stdout, stderr };
        resolve(code === 'ENOENT' ? null : ran);
      });
    }),
  interrupt: (pid) => process.kill(pid, 'SIGTERM'),
  sleep: (seconds) => setTimeout(seconds * 1000),
};

/** Calls `action` when the process that started this one through `nodeProcesses` is gone. */
export function whenLauncherEnds(action: () => void): void {
  if (process.channel === undefined) return;
  process.once('disconnect', action);
  process.channel.unref();
  if (!process.connected) action();
}
