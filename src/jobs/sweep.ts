/** A sweep on disk: `plan.json`, below it the folders of its runs, `logs/`, the files of who launched it, and the tables of `collect`. */
import type { Files } from '../io/files.ts';
import { lastMetrics } from '../run/metrics-file.ts';
import type { StepMetrics } from '../base/events.ts';
import { folderOf, jobsOf, nameOf, readPlan, teachers, type Job, type Plan } from './job-plan.ts';
import type { Machine } from './machine.ts';
import { readResult, type RunResult } from './run-result.ts';

export interface Sweep {
  readonly folder: string;
  readonly plan: Plan;
  readonly jobs: readonly Job[];
  /** For each job the index of the one that trains its teacher. */
  readonly teachers: readonly (number | null)[];
}

/** `waiting`: nothing is there; `interrupted`: begun, whether it runs now or not; `trained`: what is left is to measure it; `done`: measured. */
export type JobState = 'waiting' | 'interrupted' | 'trained' | 'failed' | 'done';

export const planFile = (folder: string): string => `${folder}/plan.json`;

/** @param folder absolute. Throws InputError if it is none */
export async function openSweep(files: Files, folder: string): Promise<Sweep> {
  const plan = await readPlan(files, planFile(folder));
  const jobs = jobsOf(plan);
  return { folder, plan, jobs, teachers: teachers(plan.file, jobs) };
}

/** "3: lego, ternary, seed 777" */
export function labelOf({ jobs }: Sweep, index: number): string {
  return `${index}: ${nameOf(jobs[index])}`;
}

export const runFolder = ({ plan, jobs }: Sweep, index: number): string => folderOf(plan.file, jobs[index]);

export async function resultOf(files: Files, sweep: Sweep, index: number): Promise<RunResult | null> {
  return readResult(files, runFolder(sweep, index));
}

export async function stateOf(files: Files, sweep: Sweep, index: number): Promise<JobState> {
  const result = await resultOf(files, sweep, index);
  if (result !== null) return result.status === 'measured' ? 'done' : result.status;
  return (await files.kind(`${runFolder(sweep, index)}/config.json`)) === 'file' ? 'interrupted' : 'waiting';
}

/** The states of all jobs, in their order. */
export async function statesOf(files: Files, sweep: Sweep): Promise<JobState[]> {
  const states: JobState[] = [];
  for (const index of sweep.jobs.keys()) states.push(await stateOf(files, sweep, index));
  return states;
}

/** What a run reported last; null before its first report. */
export function progressOf(files: Files, sweep: Sweep, index: number): Promise<StepMetrics | null> {
  return lastMetrics(files, `${runFolder(sweep, index)}/metrics.jsonl`);
}

/** Whether somebody writes the run now. */
export async function isWritten({ holderOf }: Machine, sweep: Sweep, index: number): Promise<boolean> {
  return (await holderOf(runFolder(sweep, index))) !== null;
}
