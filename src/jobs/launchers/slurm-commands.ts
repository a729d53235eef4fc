/** What is asked of Slurm's programs. */
import { InputError } from '../../base/errors.ts';
import type { Processes } from './launcher.ts';

/** What a program of Slurm answers. Throws InputError with what it says if it does not. */
export async function ask(processes: Processes, program: string, args: readonly string[]): Promise<string> {
  const ran = await processes.run(program, args);
  if (ran === null)
    throw new InputError(`--on slurm: there is no ${program} here`, 'Give the command where Slurm is installed, or use --on local.');
  if (ran.code !== 0)
    throw new InputError(
      `${program} ${args.join(' ')}: ${ran.stderr.trim() || `exit code ${ran.code}`}`,
      'Mend what Slurm says; then give the command again.',
    );
  return ran.stdout;
}

/**
 * Queues jobs that belong together: if one is refused, those before it are taken back.
 *
 * @param action calls `sbatch` with its arguments, which gives back the number of the job
 */
export async function queueTogether<T>(processes: Processes, action: (sbatch: Sbatch) => Promise<T>): Promise<T> {
  const queued: string[] = [];
  try {
    return await action(async (args) => {
      // NUMBER or NUMBER;CLUSTER
      const id = (await ask(processes, 'sbatch', ['--parsable', ...args])).trim().split(';')[0];
      queued.push(id);
      return id;
    });
  } catch (error) {
    if (queued.length === 0) throw error;
    const ran = await processes.run('scancel', queued);
    if (ran?.code === 0) throw error;
    const { message, fix } = error as InputError;
    const still = `jobs ${queued.join(', ')} are queued still: scancel: ${ran?.stderr.trim() ?? 'not there'}`;
    throw new InputError(`${message}; ${still}`, `Take them back: scancel ${queued.join(' ')}. ${fix ?? ''}`.trim(), { cause: error });
  }
}

/** What is asked of the cluster above an estimate. */
const MEMORY_MARGIN = 1.25;

/** MiB, as --mem takes them. */
export function askedMemory(bytes: number): number {
  return Math.ceil((bytes * MEMORY_MARGIN) / 2 ** 20);
}

export type Sbatch = (args: readonly string[]) => Promise<string>;

/** The lines of what a program says, each as its words between bars. */
export function barredLines(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'));
}
