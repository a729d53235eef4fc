/** `spikeray sweep plan SWEEP.yaml --out FOLDER`: the list of all runs, checked and estimated. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import type { Reporter } from '../../../base/events.ts';
import { InputError } from '../../../base/errors.ts';
import { byteSize, clock, quoted, table } from '../../../base/format.ts';
import { encodePlan, nameOf, writePlan, type About, type Job } from '../../../jobs/job-plan.ts';
import { planSweep } from '../../../jobs/plan-sweep.ts';
import { planFile } from '../../../jobs/sweep.ts';
import { parseSweep, type SweepFile } from '../../../jobs/sweep-file.ts';
import { nodeFiles } from '../../../node/node-files.ts';
import { nodeMachine } from '../../../node/node-machine.ts';
import { nodeProcesses } from '../../../node/processes.ts';
import { whileLocked } from '../../../run/folder-lock.ts';
import { addOutputOptions, type OutputOptions } from '../../terminal/options.ts';
import { runAction, type Result } from '../../terminal/run-action.ts';

export interface PlanOptions extends OutputOptions {
  readonly out: string;
  readonly scenes?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** A sweep file is no larger. */
const LARGEST = 2 ** 24;

export function planCommand(): Command {
  const command = new Command('plan')
    .summary('make the list of all runs')
    .description(
      'Reads SWEEP.yaml, opens each of its scenes once, and writes FOLDER/plan.json: every run with its settings and its number.',
    )
    .argument('<sweep>', 'YAML file')
    .requiredOption('--out <folder>', 'folder of the sweep, which will hold all of its runs')
    .option('--scenes <folder>', 'where paths of scenes begin (default: the folder of the YAML file)')
    .option('--dry-run', 'show all runs and what they need; write nothing')
    .option('--force', 'replace another plan; runs that were trained under it stay, and are refused where their settings differ')
    .action((file: string, options: PlanOptions) =>
      runAction(options, async (report) => {
        const sweep = parseSweep(new TextDecoder().decode(await nodeFiles.read(file, LARGEST)), file);
        return makePlan(sweep, { scenes: dirname(file), ...options }, report);
      }),
    );
  return addOutputOptions(command);
}

export interface MakePlan extends Omit<PlanOptions, 'scenes'> {
  readonly scenes: string;
  /** Scenes that are not there are left out. */
  readonly thoseThere?: boolean;
}

export async function makePlan(sweep: SweepFile, options: MakePlan, report: Reporter): Promise<Result> {
  const folder = resolve(options.out);
  const { scenes, thoseThere, dryRun = false, force = false } = options;
  const { jobs, missing } = await planSweep({ machine: nodeMachine, sweep, scenes, folder, thoseThere, report });
  for (const path of missing) report({ type: 'warning', text: `${path}: no such scene; it is left out` });
  if (!dryRun) await writeOnce(folder, jobs, sweep.about, force);
  const needs = estimates(jobs);
  const next = dryRun ? 'nothing was written\n' : `next: spikeray sweep submit ${quoted(options.out)} --on local\n`;
  return {
    json: {
      folder,
      jobs: jobs.length,
      missing,
      written: !dryRun,
      needs,
      runs: jobs.map((job, index) => ({ index, name: nameOf(job), ...job.needs })),
    },
    text: `${dryRun ? listing(jobs) : ''}${jobs.length} runs: ${describeNeeds(needs)}\n${next}`,
  };
}

/** The same plan again is fine; another one replaces it with `force` alone. */
async function writeOnce(folder: string, jobs: readonly Job[], about: About, force: boolean): Promise<void> {
  const file = planFile(folder);
  await whileLocked(nodeMachine.lockFolder, folder, async () => {
    const present = (await nodeFiles.kind(file)) === 'file' ? await nodeFiles.read(file) : null;
    if (present !== null && Buffer.from(present).equals(encodePlan(jobs, about))) return;
    if (present !== null && !force)
      throw new InputError(`${file}: there is another plan`, 'Choose another folder with --out, or replace the plan with --force.');
    await writePlan(nodeFiles, file, jobs, about);
  });
}

interface Needs {
  /** What the largest run needs. */
  readonly bytes: number | null;
  /** The sum of all runs. */
  readonly coreSeconds: number | null;
  /** With all cores of this machine. */
  readonly secondsHere: number | null;
}

function estimates(jobs: readonly Job[]): Needs {
  const bytes = jobs.flatMap(({ needs }) => needs?.bytes ?? []);
  const seconds = jobs.flatMap(({ needs }) => needs?.coreSeconds ?? []);
  const coreSeconds = seconds.length === jobs.length ? seconds.reduce((a, b) => a + b, 0) : null;
  return {
    bytes: bytes.length === jobs.length ? Math.max(...bytes) : null,
    coreSeconds,
    secondsHere: coreSeconds === null ? null : coreSeconds / nodeProcesses.cores,
  };
}

function describeNeeds({ bytes, coreSeconds, secondsHere }: Needs): string {
  const memory = bytes === null ? 'memory unknown here' : `up to ${byteSize(bytes)} each`;
  if (coreSeconds === null || secondsHere === null) return `${memory}, time unknown here`;
  return `${memory}; about ${(coreSeconds / 3600).toFixed(1)} core-hours in all at lego's cost of a ray, ${clock(secondsHere)} on the ${nodeProcesses.cores} cores of this machine`;
}

function listing(jobs: readonly Job[]): string {
  const head = ['run', 'what', 'memory', 'core-minutes'];
  const rows = jobs.map((job, index) => {
    const { bytes = null, coreSeconds = null } = job.needs ?? {};
    return [String(index), nameOf(job), bytes === null ? '-' : byteSize(bytes), coreSeconds === null ? '-' : (coreSeconds / 60).toFixed(1)];
  });
  return table([head, ...rows]);
}
