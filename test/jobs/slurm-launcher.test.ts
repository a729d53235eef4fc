/** What the launcher of Slurm asks of Slurm's programs, and what it does when they refuse. test/cluster/ runs it on a real one. */
import { expect, it } from 'vitest';
import type { Processes, Sharing } from '../../src/jobs/launchers/launcher.ts';
import { slurm } from '../../src/jobs/launchers/slurm.ts';
import type { Submission } from '../../src/jobs/submission.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { plannedSweep } from './sweep-fixture.ts';

/** @param most jobs that sbatch takes; the next one is refused */
function programs(most = Infinity): { readonly processes: Processes; readonly calls: string[][] } {
  const calls: string[][] = [];
  let jobs = 0;
  const run: Processes['run'] = (program, args) => {
    calls.push([program, ...args]);
    const ok = { code: 0, stdout: '', stderr: '' };
    if (program === 'scontrol') return Promise.resolve({ ...ok, stdout: 'MaxArraySize            = 3\n' });
    if (program !== 'sbatch') return Promise.resolve(ok);
    if (jobs === most) return Promise.resolve({ code: 1, stdout: '', stderr: 'sbatch: error: Job violates accounting/QOS policy' });
    return Promise.resolve({ ...ok, stdout: `${++jobs};here\n` });
  };
  const never = (): never => {
    throw new Error('is not called');
  };
  return { processes: { cores: 1, program: ['node', 'main.js'], start: never, interrupt: never, sleep: never, run }, calls };
}

const site = { machine: nodeMachine, report: () => undefined, signal: new AbortController().signal };
const ofProgram = (calls: readonly string[][], program: string): string[] =>
  calls.filter(([name]) => name === program).map((call) => call.join(' '));

it('queues the runs in arrays that are short enough, students after teachers, and a job that collects', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'ternary+distill');
  const { processes, calls } = programs();
  const { queued } = await slurm.submit({ ...site, processes, sweep, open: [...sweep.jobs.keys()], options: { cpus: 2 } });
  const arrays = ofProgram(calls, 'sbatch');
  const words = (call: string): string[] => [...call.matchAll(/--(?:array|dependency)=\S+/g)].map(([word]) => word);
  expect(arrays.map(words)).toEqual([
    ['--array=0-1'],
    ['--array=1-2'],
    ['--array=2', '--dependency=afterany:1:2'],
    ['--array=0', '--dependency=afterany:1:2'],
    ['--array=0-1', '--dependency=afterany:1:2'],
    ['--dependency=afterany:1:2:3:4:5'],
  ]);
  expect(queued?.map(({ offset }) => offset)).toEqual([0, 3, 0, 3, 6, null]);
});

it('takes back what is queued when a later job is refused', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'ternary+distill');
  const { processes, calls } = programs(2);
  const submitted = slurm.submit({ ...site, processes, sweep, open: [...sweep.jobs.keys()], options: {} });
  await expect(submitted).rejects.toThrow('Job violates accounting/QOS policy');
  expect(ofProgram(calls, 'scancel')).toEqual(['scancel 1 2']);
});

it('says what it could not take back', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'ternary+distill');
  const { processes } = programs(2);
  const refused = { code: 1, stdout: '', stderr: 'scancel: error: Unable to contact slurm controller' };
  const run: Processes['run'] = (program, args) => (program === 'scancel' ? Promise.resolve(refused) : processes.run(program, args));
  const submitted = slurm.submit({ ...site, processes: { ...processes, run }, sweep, open: [...sweep.jobs.keys()], options: {} });
  await expect(submitted).rejects.toThrow(
    'accounting/QOS policy; jobs 1, 2 are queued still: scancel: scancel: error: Unable to contact slurm controller',
  );
});

it('ends cancelling, and says so, where Slurm goes on refusing', async () => {
  const sweep = await plannedSweep(temporaryFolder(), 'lif');
  const asked: string[] = [];
  const run: Processes['run'] = (program, args) => {
    asked.push([program, ...args].join(' '));
    const busy = program === 'scancel' && args.includes('--batch');
    return Promise.resolve({
      code: busy ? 1 : 0,
      stdout: program === 'squeue' ? '7|0|RUNNING|n1|None\n' : '',
      stderr: busy ? 'Access denied' : '',
    });
  };
  const processes = { ...programs().processes, run, sleep: () => Promise.resolve() };
  const submission = { launcher: 'slurm', queued: [{ id: '7', offset: 0 }] };
  await expect(slurm.cancel(sweep, submission as unknown as Submission, { ...site, processes })).rejects.toThrow(
    'scancel does not end jobs 7: Access denied',
  );
  expect(asked.filter((call) => call.includes('--batch'))).toHaveLength(10);
});

it('has parts made by an array, and joined when that is over', async () => {
  const { processes, calls } = programs();
  const logs = `${temporaryFolder()}/logs`;
  const options = { parallel: 4, time: 10, partition: 'day', cpus: 3, memory: 2 };
  const args = ['render', 'a run', '--frames', '240'];
  const needs = { onCores: true, threads: null, mostThreads: 16, bytes: 4 * 2 ** 30, joinBytes: 2 ** 30 };
  const sharing: Sharing = { ...site, ...needs, processes, args, parts: 8, logs, options };
  expect(await slurm.share(sharing)).toMatchObject({ outcome: 'queued' });
  const command = "--wrap=exec node main.js render 'a run' --frames 240";
  expect(ofProgram(calls, 'sbatch')).toEqual([
    `sbatch --parsable --job-name=spikeray-render --array=1-8%4 --requeue --open-mode=append --partition=day --cpus-per-task=3 --mem=2048 --time=10 --output=${logs}/%a.log ${command} --part "$SLURM_ARRAY_TASK_ID/8"`,
    `sbatch --parsable --job-name=spikeray-render-join --requeue --dependency=afterany:1 --partition=day --time=10 --mem=1280 --output=${logs}/join.log ${command} --join 8`,
  ]);
  await slurm.share({ ...sharing, threads: 2, options: {} });
  expect(ofProgram(calls, 'sbatch')[2]).toContain(`--cpus-per-task=2 --mem=5120 --output=${logs}/%a.log`);
});
