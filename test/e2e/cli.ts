/** Runs the built command line as a user does: in a process of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run \`npm run build\` first`);

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** A Node other than this one. */
  readonly node?: string;
  /** The command line of another build. */
  readonly main?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all of stderr so far whenever it grows. */
  readonly onStderr?: (stderr: string, child: ChildProcessWithoutNullStreams) => void;
}

export function cli(
  args: readonly string[],
  { node = process.execPath, main = MAIN, cwd, env, onStderr }: CliOptions = {},
): Promise<Finished> {
  const child = spawn(node, [main, ...args], { cwd, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Fails with everything the program said unless it ended well. */
export async function succeed(args: readonly string[], options?: CliOptions): Promise<Finished> {
  const finished = await cli(args, options);
  if (finished.code !== 0) throw new Error(`spikeray ${args.join(' ')} exited with ${finished.code}\n${finished.stdout}${finished.stderr}`);
  return finished;
}
