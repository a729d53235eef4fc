/**
 * `spikeray sweep` on a real Slurm of three nodes on this machine: tasks that are signalled, preempted, whose node dies or stands still, whose controller
 * restarts or whose disk is full end with the bits of runs that nobody disturbed. SPIKERAY_CLUSTER=long adds what takes minutes: real time limits.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SlurmHere } from '../../scripts/slurm-here.ts';
import type { SweepTable } from '../../src/jobs/sweep-table.ts';
import { cli, succeed, type Finished } from '../e2e/cli.ts';
import { contentOf } from '../e2e/run-files.ts';
import { tinyScene, tinySweepSettings, workFolder } from '../e2e/tiny.ts';

const folder = workFolder();
const cluster = new SlurmHere(join(folder, 'slurm'));
const STEPS = 1500;

const spikeray = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  succeed(args, { env: { ...cluster.env, ...env } });

/** A planned sweep of LIF runs of these seeds. */
async function planned(name: string, seeds: string, entries = 'lif', steps = STEPS): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `scenes: [scene]\nentries: [${entries}]\nseeds: ${seeds}\nset:\n${tinySweepSettings(steps)}`);
  const out = join(folder, name);
  await succeed(['sweep', 'plan', file, '--out', out, '--quiet']);
  return out;
}

const submit = (out: string, env: Readonly<Record<string, string>> = {}, ...more: string[]): Promise<Finished> =>
  spikeray(['sweep', 'submit', out, '--on', 'slurm', '--cpus', '1', ...more], env);

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const logOf = (out: string): string => read(join(out, 'logs/0.log'));
const triesOf = (out: string): { try: number; node: string }[] =>
  [...logOf(out).matchAll(/^run 0, job \S+ on (\S+), try (\d+)/gm)].map(([, node, number]) => ({ try: Number(number), node }));
const isMeasured = (out: string, seed: number): boolean => read(join(out, `lif/seed-${seed}/result.json`)).includes('"measured"');
/** Steps that the run has reported. */
const stepsOf = (out: string, seed: number): number[] =>
  read(join(out, `lif/seed-${seed}/metrics.jsonl`))
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as { stage: string; step: number })
    .filter(({ stage }) => stage === 'fine')
    .map(({ step }) => step);
/** Whether the try of this number is training, and has saved something. */
const isTraining = (out: string, number: number): boolean => {
  const log = logOf(out).split(`, try ${number}, `)[1] ?? '';
  return /saved .*fine-\d*[1-9]\d*\.safetensors/.test(log) && !log.includes('ended with');
};

let reference: string;
/** Runs that nobody disturbs, meanwhile on this machine. */
let undisturbed: Promise<unknown>;

async function expectUndisturbed(out: string, seed: number): Promise<void> {
  await undisturbed;
  expect(await contentOf(join(out, `lif/seed-${seed}`))).toEqual(await contentOf(join(reference, `lif/seed-${seed}`)));
  const steps = stepsOf(out, seed);
  expect(steps, 'every step once').toEqual([...new Set(steps)].sort((a, b) => a - b));
}

beforeAll(async () => {
  await tinyScene(join(folder, 'scene'));
  await cluster.up();
  reference = await planned('reference', '[1, 2, 3, 4]');
  undisturbed = succeed(['sweep', 'submit', reference, '--quiet', '--parallel', '1']);
});

afterAll(async () => {
  await undisturbed.catch(() => undefined);
  await cluster.down();
});

describe('a sweep on Slurm', { timeout: 1_800_000 }, () => {
  it('of ten runs is submitted once by two at a time, spreads over the nodes, and is collected', async () => {
    const out = await planned('ten', '5', 'ann, lif', 40);
    const both = await Promise.all([1, 2].map(() => cli(['sweep', 'submit', out, '--on', 'slurm', '--cpus', '1'], { env: cluster.env })));
    expect(both.map(({ code }) => code).sort(), both.map(({ stderr }) => stderr).join()).toEqual([0, 2]);
    expect(both.find(({ code }) => code === 2)!.stderr).toMatch(/is in use by|are in the queue of slurm already/);
    const { stdout } = await spikeray(['sweep', 'status', out]);
    expect(stdout).toMatch(/^10 runs: .*\n.*(pending|running|configuring)/);
    await cluster.until('the table', () => existsSync(join(out, 'table.json')));
    const table = JSON.parse(readFileSync(join(out, 'table.json'), 'utf8')) as SweepTable;
    expect(table.rows.map(({ missing }) => missing)).toEqual(Array<null>(10).fill(null));
    expect(table.networks.map(({ name, cells }) => [name, cells[0].seeds])).toEqual([
      ['ann', 5],
      ['lif', 5],
    ]);
    const nodes = Array.from({ length: 10 }, (_, i) => / on (n\d), try 0/.exec(read(join(out, `logs/${i}.log`)))?.[1]);
    expect(new Set(nodes).size).toBeGreaterThan(1);
    expect((await submit(out)).stdout).toBe('every run is done\nnext: spikeray sweep collect ' + `${out}\n`);
  });

  it('goes on with a run that was told to save twice, that was preempted, and whose controller restarted', async () => {
    const out = await planned('disturbed', '[1]');
    await submit(out);
    // As before a time limit.
    for (const number of [0, 1]) {
      await cluster.until(`try ${number} to train`, () => isTraining(out, number));
      cluster.run('scancel', '--batch', '--signal=TERM', '--name=disturbed');
      await cluster.until(`try ${number} to be queued again`, () => logOf(out).includes(`try ${number + 1}, `));
    }
    expect(logOf(out)).toContain('run 0 ended with 75');
    await cluster.until('try 2 to train', () => isTraining(out, 2));
    cluster.run('sbatch', '--partition=urgent', '--nodes=3', '--exclusive', '--output=/dev/null', '--wrap=sleep 3');
    await cluster.until('it to be preempted', () => logOf(out).includes('try 3, '));
    await cluster.until('try 3 to train', () => isTraining(out, 3) || isMeasured(out, 1));
    cluster.killController();
    cluster.startController();
    await cluster.until('the run', () => isMeasured(out, 1));
    await cluster.until('the table', () => existsSync(join(out, 'table.json')));
    await expectUndisturbed(out, 1);
  });

  it('goes on elsewhere when a node dies, and waits for one that stands still but lives', async () => {
    const [dies, stands] = [await planned('dies', '[2]'), await planned('stands', '[3]')];
    await Promise.all([submit(dies, {}, '--memory', '1'), submit(stands, {}, '--memory', '1')]);
    await cluster.until('both to train', () => isTraining(dies, 0) && isTraining(stands, 0));
    const [dead, still] = [triesOf(dies)[0].node, triesOf(stands)[0].node];
    expect(dead).not.toBe(still);
    cluster.killNode(dead);
    cluster.freeze(still);
    await cluster.until('the next try of the dead', () => triesOf(dies).some((one) => one.try > 0));
    expect(triesOf(dies).at(-1)!.node).not.toBe(dead);
    await cluster.until('the next try of the other to be refused', () => /is in use by[^]*ended with 75/.test(logOf(stands)));
    const before = stepsOf(stands, 3).length;
    cluster.thaw(still);
    cluster.startNode(dead);
    await cluster.until('both runs', () => isMeasured(dies, 2) && isMeasured(stands, 3));
    expect(stepsOf(stands, 3).length).toBeGreaterThan(before);
    await expectUndisturbed(dies, 2);
    await expectUndisturbed(stands, 3);
  });

  it('shares the views of a run between tasks, and joins what they measured', async () => {
    await undisturbed;
    const [run, joined, alone] = [join(reference, 'lif/seed-1'), join(folder, 'joined'), join(folder, 'alone')];
    await spikeray(['eval', run, '--out', joined, '--parts', '2', '--on', 'slurm', '--cpus', '1']);
    await succeed(['eval', run, '--out', alone]);
    await cluster.until('the parts to be joined', () => existsSync(join(joined, 'metrics.json')));
    const psnr = (of: string): unknown => (JSON.parse(readFileSync(join(of, 'metrics.json'), 'utf8')) as { psnr: number }).psnr;
    expect(psnr(joined)).toBe(psnr(alone));
  });

  it('says that a disk is full, and goes on when there is room again', async () => {
    const out = await planned('full', '[4]');
    // The last checkpoint finds no room.
    const loader = fileURLToPath(new URL('../e2e/full-disk.mjs', import.meta.url));
    await submit(out, { NODE_OPTIONS: `--import=${loader}`, FULL_DISK_PATH: '.fine-00001' });
    await cluster.until('the table', () => existsSync(join(out, 'table.md')));
    expect(read(join(out, 'table.md'))).toContain('failed: ');
    const { stdout } = await spikeray(['sweep', 'status', out]);
    expect(stdout).toMatch(/^1 runs: 1 failed\n.*the disk is full/);
    await submit(out);
    await cluster.until('the run', () => isMeasured(out, 4));
    await expectUndisturbed(out, 4);
  });

  it('is cancelled: what runs is saved, what waits is taken back, nothing comes again', async () => {
    const out = await planned('cancelled', '3', 'lif', 100_000_000);
    await submit(out, {}, '--parallel', '1');
    await cluster.until('it to train', () => isTraining(out, 0));
    expect((await spikeray(['sweep', 'cancel', out])).stdout).toContain('everything that ran is saved');
    const status = JSON.parse((await spikeray(['sweep', 'status', out, '--json'])).stdout) as { counts: unknown };
    expect(status.counts).toEqual({ interrupted: 1, waiting: 2 });
    expect(logOf(out)).not.toContain('queued again');
  });
});

describe.runIf(process.env.SPIKERAY_CLUSTER === 'long')('a real time limit', () => {
  it('is hit twice, and costs no work', async () => {
    const out = await planned('limited', '[1]', 'lif', 40_000);
    await submit(out, {}, '--time', '1');
    await cluster.until('two limits', () => triesOf(out).length > 2, 400);
    await spikeray(['sweep', 'cancel', out]);
    expect(logOf(out).match(/ended with 75/g)!.length).toBeGreaterThan(1);
    const straight = await planned('straight', '[1]', 'lif', 40_000);
    const steps = stepsOf(out, 1).at(-1)!;
    expect(steps).toBeGreaterThan(0);
    await spikeray(['sweep', 'submit', out]);
    await spikeray(['sweep', 'submit', straight]);
    expect(await contentOf(join(out, 'lif/seed-1'))).toEqual(await contentOf(join(straight, 'lif/seed-1')));
  });
});
