/** The parts of an `eval` or `render` as processes of this machine, which share its cores. */
import type { Launched, Sharing, Started } from './launcher.ts';
import { sideBySide } from './side-by-side.ts';

export async function shareHere(sharing: Sharing): Promise<Launched> {
  const { machine, processes, args, parts, logs, mostThreads, options, signal, report } = sharing;
  const crowd = { ...sharing, count: parts, parallel: options.parallel };
  const { slots, threads } = sideBySide(processes.cores, machine.availableMemory(), crowd);
  const more = threads === null ? [] : ['--threads', String(Math.min(mostThreads, threads))];
  const left = Array.from({ length: parts }, (_, i) => i + 1);
  const failed: number[] = [];
  const running = new Set<Started>();
  const logOf = (part: number): string => `${logs}/${part}.log`;
  const end = (): void => {
    for (const process of running) process.interrupt();
  };
  signal.addEventListener('abort', end);
  const work = async (): Promise<void> => {
    while (left.length > 0 && !signal.aborted) {
      const part = left.shift()!;
      const process = processes.start([...args, '--part', `${part}/${parts}`, ...more], logOf(part));
      running.add(process);
      const code = await process.ended;
      running.delete(process);
      if (code !== 0) failed.push(part);
      report({ type: 'note', text: `part ${part} of ${parts}: ${code === 0 ? 'done' : 'not done'}` });
    }
  };
  await Promise.all(Array.from({ length: slots }, work));
  signal.removeEventListener('abort', end);
  if (signal.aborted) return { outcome: 'interrupted', text: 'interrupted: nothing was joined\n' };
  const text = failed.map((part) => `part ${part} of ${parts} failed; see ${logOf(part)}\n`).join('');
  return { outcome: failed.length === 0 ? 'done' : 'failed', text };
}
