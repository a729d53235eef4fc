/**
 * Slurm: job arrays of which every task is `spikeray sweep run`, and a job that collects when they are over. Slurm queues, places and counts; what it
 * preempts, what loses its node and what reaches its time limit is queued again and goes on from its last checkpoint.
 *
 * The numbers of tasks are those of the sweep less an offset, for arrays are limited in length (MaxArraySize). Runs that a run of the sweep teaches are
 * in arrays of their own, which begin when those of the teachers are over.
 */
import { InputError } from '../../base/errors.ts';
import { quoted } from '../../base/format.ts';
import type { Queued, Submission } from '../submission.ts';
import type { Sweep } from '../sweep.ts';
import {
  TRY_AGAIN,
  type Known,
  type Launch,
  type Launched,
  type Launcher,
  type LaunchOptions,
  type Processes,
  type Site,
} from './launcher.ts';
import { ask, askedMemory, barredLines, queueTogether, type Sbatch } from './slurm-commands.ts';
import { shareOnSlurm } from './slurm-parts.ts';

/** Seconds between the signal to save and a time limit; Slurm may be a minute earlier. */
const SAVE_SECONDS = 120;

/** A run that needs more tries than this is left alone. */
const MOST_TRIES = 100;

/** Cores of a run, where nobody says how many. */
const CPUS = 4;

/** Seconds between two looks at what is being cancelled, and how often in a row Slurm may refuse before that is said. */
const LOOK_EVERY = 2;
const MOST_REFUSALS = 10;

export const slurm: Launcher = {
  name: 'slurm',
  description: 'a cluster: job arrays and a job that collects; what is preempted, or at its time limit, is saved and queued again',
  options: ['parallel', 'time', 'partition', 'cpus', 'memory'],
  submit,
  share: shareOnSlurm,
  status,
  cancel: async (sweep, submission, site) => {
    const { machine, processes } = site;
    const ids = await idsInQueue(submission, site);
    if (ids.length === 0) return 'nothing is in the queue';
    await machine.files.writeAtomic(cancelledFile(sweep), [new Uint8Array()]);
    await ask(processes, 'scancel', ['--state=PENDING', ...ids]);
    // What runs now is told to save; a task that is still beginning is told once more.
    for (let refusals = 0; (await idsInQueue(submission, site)).length > 0;) {
      const ran = await processes.run('scancel', ['--state=RUNNING', '--batch', '--signal=TERM', ...ids]);
      refusals = ran?.code === 0 ? 0 : refusals + 1;
      if (refusals === MOST_REFUSALS)
        throw new InputError(
          `scancel does not end jobs ${ids.join(', ')}: ${ran?.stderr.trim() ?? 'not there'}`,
          'What waited is taken back; what runs goes on. Mend what Slurm says; then give the command again.',
        );
      await processes.sleep(LOOK_EVERY);
    }
    return `taken back: jobs ${ids.join(', ')}; everything that ran is saved`;
  },
};

const scriptFile = ({ folder }: Sweep): string => `${folder}/slurm/run.sh`;
/** While it is there, nothing is queued again. */
const cancelledFile = ({ folder }: Sweep): string => `${folder}/slurm/cancelled`;

async function submit(launch: Launch): Promise<Launched> {
  const { machine, processes, sweep, open } = launch;
  if (open.length === 0) return { outcome: 'done', text: 'every run is done\n' };
  const most = await longestArray(processes);
  await machine.files.remove(cancelledFile(sweep));
  await machine.files.makeFolder(`${sweep.folder}/logs`);
  await machine.files.writeAtomic(scriptFile(sweep), [new TextEncoder().encode(script(sweep, processes))]);
  const taught = (index: number): boolean => open.includes(sweep.teachers[index] ?? -1);
  const waves = [open.filter((index) => !taught(index)), open.filter(taught)];
  const queued = await queueTogether(processes, (sbatch) => queueWaves(launch, waves, most, sbatch));
  const text = `${open.length} runs are queued: jobs ${queued.map(({ id }) => id).join(', ')}; the last one collects\n`;
  return { outcome: 'queued', text, queued };
}

/** @param most length of an array; a wave begins when the one before it is over */
async function queueWaves(launch: Launch, waves: readonly (readonly number[])[], most: number, sbatch: Sbatch): Promise<Queued[]> {
  const queued: Queued[] = [];
  let before: string[] = [];
  for (const wave of waves) {
    const ids: string[] = [];
    for (const { offset, tasks } of parts(wave, most)) {
      // Each array has a limit of its own: with one, they follow each other.
      const after = launch.options.parallel !== undefined && ids.length > 0 ? [ids[ids.length - 1]] : before;
      const id = await sbatch(arrayOf(launch, offset, tasks, after, before.length > 0));
      ids.push(id);
      queued.push({ id, offset });
    }
    if (ids.length > 0) before = ids;
  }
  const all = queued.map(({ id }) => id);
  return [...queued, { id: await sbatch(collecting(launch, all)), offset: null }];
}

function arrayOf(
  { sweep, open, options }: Launch,
  offset: number,
  tasks: readonly number[],
  after: readonly string[],
  taught: boolean,
): string[] {
  const { parallel, time, partition, cpus = threadsOf(sweep, open) } = options;
  const memory = memoryOf(
    sweep,
    tasks.map((task) => task + offset),
    options,
  );
  const limit = parallel === undefined ? '' : `%${parallel}`;
  return [
    `--job-name=${jobName(sweep)}`,
    `--array=${ranges(tasks)}${limit}`,
    '--requeue',
    '--open-mode=append',
    `--signal=B:TERM@${time === undefined ? SAVE_SECONDS : Math.min(SAVE_SECONDS, time * 15)}`,
    `--cpus-per-task=${cpus}`,
    ...(memory === null ? [] : [`--mem=${memory}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(after.length === 0 ? [] : [`--dependency=afterany:${after.join(':')}`]),
    `--output=${sweep.folder}/logs/${offset === 0 ? '' : `${offset}+`}%a.log`,
    scriptFile(sweep),
    String(offset),
    ...(taught ? ['--after-teachers'] : []),
  ];
}

function collecting({ processes, sweep, options: { partition } }: Launch, after: readonly string[]): string[] {
  const command = [...processes.program, 'sweep', 'collect', sweep.folder, '--quiet'].map(quoted).join(' ');
  return [
    `--job-name=${jobName(sweep)}-collect`,
    '--requeue',
    `--dependency=afterany:${after.join(':')}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    '--mem=2048',
    `--output=${sweep.folder}/logs/collect.log`,
    `--wrap=exec ${command}`,
  ];
}

/** Numbers of the sweep in arrays that are short enough. */
function parts(indices: readonly number[], most: number): { offset: number; tasks: number[] }[] {
  const offsets = [...new Set(indices.map((index) => index - (index % most)))];
  return offsets.map((offset) => ({
    offset,
    tasks: indices.filter((index) => index - (index % most) === offset).map((index) => index - offset),
  }));
}

/** [0, 1, 2, 5] -> "0-2,5" */
export function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

function jobName({ folder }: Sweep): string {
  return folder.slice(folder.lastIndexOf('/') + 1).replace(/[^\w.-]/g, '_');
}

function threadsOf({ jobs }: Sweep, open: readonly number[]): number {
  const named = open.flatMap((index) => jobs[index].backend.threads ?? []);
  return named.length === open.length ? Math.max(...named) : CPUS;
}

/** MiB; null: as the partition says. */
function memoryOf({ jobs }: Sweep, indices: readonly number[], { memory }: LaunchOptions): number | null {
  if (memory !== undefined) return memory * 1024;
  const known = indices.flatMap((index) => jobs[index].needs?.bytes ?? []);
  return known.length < indices.length ? null : askedMemory(Math.max(...known));
}

/**
 * What a task does. The shell stays, for it has to queue the task again; SIGTERM (before the time limit) is passed on. A task that Slurm is ending
 * itself, because it preempts or cancels it, is no longer RUNNING, and is not queued again from here. A task is named by its array and number: the
 * number of the job alone may mean the whole array.
 */
function script({ folder }: Sweep, { program }: Processes): string {
  const run = [...program, 'sweep', 'run', folder].map(quoted).join(' ');
  return `#!/bin/sh
# A task of a sweep, as \`spikeray sweep submit\` wrote it: OFFSET [--after-teachers]
index=$(($1 + SLURM_ARRAY_TASK_ID))
shift
task=\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
echo "run $index, job $task on \${SLURMD_NODENAME:-$(hostname)}, try \${SLURM_RESTART_COUNT:-0}, $(date)"
${run} "$index" "$@" &
child=$!
asked=no
told=no
trap 'asked=yes; told=yes; kill -TERM "$child" 2>/dev/null' TERM
wait "$child"
code=$?
# A signal ends the waiting, not the run.
while [ "$asked" = yes ]; do
  asked=no
  wait "$child"
  code=$?
done
trap '' TERM
# Told to save before it could listen: there was nothing to save.
if [ "$told" = yes ] && [ "$code" = 143 ]; then code=${TRY_AGAIN}; fi
echo "run $index ended with $code, $(date)"
if [ "$code" = ${TRY_AGAIN} ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${MOST_TRIES} ] && [ ! -e ${quoted(`${folder}/slurm/cancelled`)} ]; then
  # The controller may be away for a while.
  for pause in 5 10 20 40 80 0; do
    if state=$(squeue --noheader --jobs="$task" --format=%T); then
      [ "$state" = RUNNING ] || break
      echo "queued again"
      scontrol requeue "$task" && break
    fi
    sleep "$pause"
  done
fi
exit "$code"
`;
}

async function longestArray(processes: Processes): Promise<number> {
  const config = await ask(processes, 'scontrol', ['show', 'config']);
  return Number(/MaxArraySize\s*=\s*(\d+)/.exec(config)?.[1] ?? 1001);
}

interface InQueue {
  readonly id: string;
  readonly task: string;
  readonly text: string;
}

/** What is in the queue of the jobs of a sweep. */
async function queue({ queued }: Submission, { processes }: Site): Promise<InQueue[]> {
  if (queued.length === 0) return [];
  const ran = await processes.run('squeue', [
    '--noheader',
    '--array',
    `--jobs=${queued.map(({ id }) => id).join(',')}`,
    '--format=%F|%K|%T|%N|%r',
  ]);
  // Jobs that Slurm has forgotten are invalid to it.
  if (ran === null || (ran.code !== 0 && /invalid job id/i.test(ran.stderr))) return [];
  if (ran.code !== 0) throw new InputError(`squeue: ${ran.stderr.trim()}`, 'Ask again when Slurm answers.');
  return barredLines(ran.stdout).map(([id, task, state, node, reason]) => {
    const where = node === '' ? (reason === 'None' ? '' : `: ${reason}`) : ` on ${node}`;
    return { id, task, text: `${state.toLowerCase()}${where}` };
  });
}

async function idsInQueue(submission: Submission, site: Site): Promise<string[]> {
  return [...new Set((await queue(submission, site)).map(({ id }) => id))];
}

async function status(_sweep: Sweep, submission: Submission, site: Site): Promise<Map<number, Known>> {
  const offsets = new Map(submission.queued.map(({ id, offset }) => [id, offset]));
  const known = new Map<number, Known>();
  const note = (id: string, task: string, text: string, active: boolean): void => {
    const offset = offsets.get(id);
    if (offset != null && /^\d+$/.test(task)) known.set(offset + Number(task), { text, active });
  };
  for (const { id, task, text } of await past(submission, site)) note(id, task, text, false);
  for (const { id, task, text } of await queue(submission, site)) note(id, task, text, true);
  return known;
}

/** What the accounting says, where there is one. */
async function past({ queued }: Submission, { processes }: Site): Promise<InQueue[]> {
  if (queued.length === 0) return [];
  const ids = queued.map(({ id }) => id).join(',');
  const ran = await processes.run('sacct', ['--noheader', '--parsable2', '--allocations', `--jobs=${ids}`, '--format=JobID,State']);
  if (ran?.code !== 0) return [];
  return barredLines(ran.stdout).map(([job, state]) => {
    const [id, task = ''] = job.split('_');
    return { id, task, text: state.toLowerCase() };
  });
}
