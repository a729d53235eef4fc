/** Gives a sweep to a launcher: one at a time, and not while another still has it. */
import { InputError } from '../../base/errors.ts';
import { whileLocked } from '../../run/folder-lock.ts';
import { readSubmission, writeSubmission } from '../submission.ts';
import { launcherNamed } from './index.ts';
import type { Launch, Launched, Launcher } from './launcher.ts';

/**
 * @throws LockedError while another process submits or runs the sweep
 * @throws InputError while its jobs are in a queue
 */
export async function submitSweep(launcher: Launcher, launch: Launch): Promise<Launched> {
  const { machine, sweep } = launch;
  const { folder } = sweep;
  return whileLocked(machine.lockFolder, folder, async () => {
    const before = await readSubmission(machine.files, folder);
    if (before !== null) {
      const known = await launcherNamed(before.launcher).status(sweep, before, launch);
      const queued = [...known.values()].filter(({ active }) => active).length;
      if (queued > 0)
        throw new InputError(
          `${folder}: ${queued} of its runs are in the queue of ${before.launcher} already, jobs ${before.queued.map(({ id }) => id).join(', ')}`,
          '`spikeray sweep status` shows them; `spikeray sweep cancel` takes them back.',
        );
    }
    await writeSubmission(machine.files, folder, launcher.name);
    const launched = await launcher.submit(launch);
    if (launched.queued !== undefined) await writeSubmission(machine.files, folder, launcher.name, launched.queued);
    return launched;
  });
}
