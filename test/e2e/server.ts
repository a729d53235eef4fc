/** `spikeray serve` in a process of its own, as a user starts it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from './cli.ts';

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Everything said on stderr so far. */
  stderr(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Any command that prints the address it serves at. */
export function startServing(...args: string[]): Promise<RunningServer> {
  return startServingFrom(MAIN, ...args);
}

/** @param main the command line of any build */
export async function startServingFrom(main: string, ...args: string[]): Promise<RunningServer> {
  const child = spawn(process.execPath, [main, ...args]);
  let stderr = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const found = /http:\/\/\S+\//.exec(stderr);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => {
      reject(new Error(`spikeray ${args.join(' ')} ended with ${code}\n${stderr}`));
    });
  });
  return {
    url,
    port: Number(new URL(url).port),
    stderr: () => stderr,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
