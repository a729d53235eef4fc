/** What came of the jobs of a plan, read from their folders. */
import type { Files } from '../io/files.ts';
import type { ComparedEntry, ComparedRun } from './comparison.ts';
import { differences, folderOf, jobsOf, readPlan, type Job } from './job-plan.ts';
import { readResult, type RunResult } from './run-result.ts';
import type { Config } from '../config/schema.ts';

export interface Collected {
  readonly job: Job;
  readonly folder: string;
  /** null: not begun. */
  readonly result: RunResult | null;
}

/** In the order of the plan. Throws InputError for a damaged plan or result. */
export async function collect(files: Files, file: string): Promise<Collected[]> {
  const plan = await readPlan(files, file);
  const collected: Collected[] = [];
  for (const job of jobsOf(plan)) {
    const folder = folderOf(file, job);
    collected.push({ job, folder, result: await readResult(files, folder) });
  }
  return collected;
}

/** The measured runs of one scene, entry by entry. */
export function comparedEntries(collected: readonly Collected[], shared: Config): Pick<ComparedEntry, 'name' | 'settings' | 'runs'>[] {
  const names = [...new Set(collected.map(({ job }) => job.entry))];
  return names.map((name) => {
    const ofEntry = collected.filter(({ job }) => job.entry === name);
    return { name, settings: differences(ofEntry[0].job.config, shared), runs: ofEntry.flatMap(comparedRun) };
  });
}

function comparedRun({ job: { seed }, folder, result }: Collected): ComparedRun[] {
  if (result?.status !== 'measured') return [];
  const { training, measuring } = result;
  const checkpoint = `${folder}/checkpoints/${training.checkpoint}`;
  return [{ seed, run: folder, checkpoint, step: training.step, trainSeconds: training.seconds, report: measuring.report }];
}
