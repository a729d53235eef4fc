/**
 * One job of a plan: trained, resumed or found finished, then measured; what came of it lies in the run's folder (run-result.ts). To be called
 * again with the same index as often as one likes: what is done is not done again. The run is locked meanwhile.
 */
import type { SceneData } from '../../datasets/scene-data.ts';
import { SpikeRayError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { Backend } from '../engine/backend.ts';
import { evaluateField } from '../eval/evaluate-field.ts';
import { openField } from '../eval/open-field.ts';
import { whileLocked, type FolderLock } from '../run/folder-lock.ts';
import { VERSION } from '../run/version.ts';
import { folderOf, jobAt, readPlan, type Job } from './job-plan.ts';
import type { Machine } from './machine.ts';
import { newRecord } from './new-record.ts';
import { readResult, writeResult, type MeasuredResult, type RunResult } from './run-result.ts';
import { trainingResult, type Trained } from './train-into.ts';
import { openPresent, trainRun } from './train-run.ts';
import { checkTrainingMemory, trainingMemory } from './training-memory.ts';

/** What a job needs; several jobs in one process may share it. */
export interface Opened {
  readonly scene: SceneData;
  readonly backend: Backend;
  /** Seconds that count as part of the job's time limit. */
  readonly secondsBefore: number;
}

export interface RunOne {
  readonly machine: Machine;
  /** The file of the plan. */
  readonly file: string;
  readonly index: number;
  /** Default: opened for this job. */
  readonly open?: (job: Job) => Promise<Opened>;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/**
 * @throws LockedError if another process has the job
 * @throws InputError if the folder holds a run of other settings or another scene, which is left alone
 */
export async function runOne({ machine, file, index, open, signal, report }: RunOne): Promise<RunResult> {
  const { files, lockFolder } = machine;
  const job = jobAt(await readPlan(files, file), index, file);
  const folder = folderOf(file, job);
  return whileLocked(lockFolder, folder, async (lock) => {
    const opened = await (open ?? ((wanted) => openFor(machine, wanted, report)))(job);
    await openPresent(files, folder, job.config, opened.scene);
    try {
      return await trainAndMeasure(machine, lock, job, folder, opened, signal, report);
    } catch (error) {
      if (error instanceof SpikeRayError) {
        const { name, message, fix = null } = error;
        await writeResult(files, folder, { schema: 1, status: 'failed', error: { name, message, fix } });
      }
      throw error;
    }
  });
}

async function openFor(machine: Machine, { scene: { path, format }, config, backend: request }: Job, report: Reporter): Promise<Opened> {
  const scene = await machine.openTrainingScene({ path, format: format ?? undefined }, config.scene, report);
  const backend = await machine.startBackend(request, report, (candidate) => trainingMemory(scene, config, candidate));
  checkTrainingMemory(scene, config, backend, machine.availableMemory());
  return { scene, backend, secondsBefore: machine.seconds() };
}

async function trainAndMeasure(
  machine: Machine,
  lock: FolderLock,
  { scene: { path }, config, backend: request, measure }: Job,
  folder: string,
  { scene, backend, secondsBefore }: Opened,
  signal: AbortSignal,
  report: Reporter,
): Promise<RunResult> {
  const record = newRecord(machine, path, scene, backend, request, config);
  const trained = await trainRun({ machine, lock, folder, record, scene, backend, signal, report, secondsBefore });
  const training = trainingResult(trained);
  if (trained.interrupted) {
    const result: RunResult = { schema: 1, status: 'interrupted', training };
    await writeResult(machine.files, folder, result);
    return result;
  }
  const measuring = await measured(machine, trained, training.checkpoint, backend, measure, report);
  const result: RunResult = { schema: 1, status: 'measured', training, measuring };
  await lock.confirm();
  await writeResult(machine.files, folder, result);
  return result;
}

/** On held-out views; what was measured before of the same checkpoint, by the same program, is taken as it is. */
async function measured(
  machine: Machine,
  { run, checkpoint: path }: Trained,
  name: string,
  backend: Backend,
  { split, every }: Job['measure'],
  report: Reporter,
): Promise<MeasuredResult['measuring']> {
  const about = { spikeray: VERSION, checkpoint: name, split, every };
  const known = await readResult(machine.files, run.folder);
  if (known?.status === 'measured') {
    const { report: found, ...before } = known.measuring;
    if (JSON.stringify(before) === JSON.stringify(about)) return { ...about, report: found };
  }
  report({ type: 'note', text: `measuring ${run.folder}` });
  const { checkpoint } = await run.load(path);
  const held = await machine.openHeldOutViews(run, checkpoint, split ?? undefined, report);
  const engine = await openField(backend, checkpoint);
  try {
    return { ...about, report: await evaluateField({ engine, config: run.record.config, ...held, every, report }) };
  } finally {
    await engine.dispose();
  }
}
