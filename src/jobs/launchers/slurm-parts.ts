/** The parts of an `eval` or `render` as an array of Slurm, and a job that joins them. A part that is preempted, or loses its node, is made again. */
import { quoted } from '../../base/format.ts';
import type { Launched, Sharing } from './launcher.ts';
import { askedMemory, queueTogether } from './slurm-commands.ts';

export async function shareOnSlurm({
  machine,
  processes,
  args,
  parts,
  logs,
  threads,
  bytes,
  joinBytes,
  options,
}: Sharing): Promise<Launched> {
  const { parallel, time, partition, cpus = threads ?? undefined, memory } = options;
  await machine.files.makeFolder(logs);
  const command = [...processes.program, ...args].map(quoted).join(' ');
  const place = partition === undefined ? [] : [`--partition=${partition}`];
  const limit = time === undefined ? [] : [`--time=${time}`];
  const wanted = memory !== undefined ? memory * 1024 : bytes === null ? null : askedMemory(bytes);
  const needs = [...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]), ...(wanted === null ? [] : [`--mem=${wanted}`]), ...limit];
  const name = `spikeray-${args[0]}`;
  const [array, join] = await queueTogether(processes, async (sbatch) => {
    const id = await sbatch([
      ...[`--job-name=${name}`, `--array=1-${parts}${parallel === undefined ? '' : `%${parallel}`}`, '--requeue', '--open-mode=append'],
      ...[...place, ...needs, `--output=${logs}/%a.log`, `--wrap=exec ${command} --part "$SLURM_ARRAY_TASK_ID/${parts}"`],
    ]);
    // It says which part is missing, and how to make it.
    const after = [
      `--job-name=${name}-join`,
      '--requeue',
      `--dependency=afterany:${id}`,
      ...place,
      ...limit,
      `--mem=${askedMemory(joinBytes)}`,
    ];
    return [id, await sbatch([...after, `--output=${logs}/join.log`, `--wrap=exec ${command} --join ${parts}`])];
  });
  return { outcome: 'queued', text: `${parts} parts are queued: job ${array}; job ${join} joins them; what they say: ${logs}\n` };
}
