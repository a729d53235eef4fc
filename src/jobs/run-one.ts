/**
 * One job of a plan: trained, resumed or found finished, then measured; what came of it lies in the run's folder (run-result.ts). To be called
 * again with the same index as often as one likes: what is done is not done again. The run is locked meanwhile.
 */
import type { SceneData } from '../../datasets/scene-data.ts';
import { InputError, NotYetError, SpikeRayError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { Backend } from '../engine/backend.ts';
import { evaluateField } from '../eval/evaluate-field.ts';
import { openField } from '../eval/open-field.ts';
import type { Files } from '../io/files.ts';
import { whileLocked, type FolderLock } from '../run/folder-lock.ts';
import { fitGrid } from '../train/fit-grid.ts';
import { VERSION } from '../run/version.ts';
import { folderOf, jobAt, readPlan, type Job, type Plan } from './job-plan.ts';
import type { Machine } from './machine.ts';
import { newRecord } from './new-record.ts';
import { readResult, writeResult, type MeasuredResult, type RunResult } from './run-result.ts';
import { startToTrain } from './start-to-train.ts';
import { trainingResult, type Trained } from './train-into.ts';
import { openPresent, trainRun } from './train-run.ts';

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
  /** Threads of the wasm backend, where the job names no number. */
  readonly threads?: number;
  /** Teachers have had their turn: one that is not trained is not waited for. */
  readonly afterTeachers?: boolean;
  /** Default: opened for this job. */
  readonly open?: (job: Job) => Promise<Opened>;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/**
 * `interrupted` and `trained`: the signal came before training or measuring was over; called again, it goes on.
 *
 * @throws NotYetError if another process has the job (LockedError), or its teacher is not trained yet
 * @throws InputError if the folder holds a run of other settings or another scene, which is left alone
 */
export async function runOne({ machine, file, index, threads, afterTeachers = false, open, signal, report }: RunOne): Promise<RunResult> {
  const { files, lockFolder } = machine;
  const plan = await readPlan(files, file);
  const planned = jobAt(plan, index);
  const { backend } = planned;
  const given = backend.choice === 'wasm' && backend.threads === null && threads !== undefined;
  const job = given ? { ...planned, backend: { ...backend, threads } } : planned;
  const folder = folderOf(file, job);
  await checkTeacher(files, plan, job, afterTeachers);
  return whileLocked(lockFolder, folder, async (lock) => {
    const opened = await (open ?? ((wanted) => openFor(machine, wanted, report)))(job);
    const fitted = { ...job, config: fitGrid(job.config, opened.scene) };
    await openPresent(files, folder, fitted.config, opened.scene);
    try {
      return await trainAndMeasure(machine, lock, fitted, folder, opened, signal, report);
    } catch (error) {
      if (error instanceof SpikeRayError && !(error instanceof NotYetError)) {
        const { name, message, fix = null } = error;
        const failed: RunResult = { schema: 1, status: 'failed', error: { name, message, fix } };
        // A lock that was lost, or a full disk: what happened first is what is told.
        await lock
          .confirm()
          .then(() => writeResult(files, folder, failed))
          .catch(() => undefined);
      }
      throw error;
    }
  });
}

/** A teacher that is a job of the plan has to be trained first. Throws NotYetError, or InputError if its training failed. */
async function checkTeacher(files: Files, { file, jobs }: Plan, { folder, config }: Job, had: boolean): Promise<void> {
  const { teacher } = config.distillation;
  const root = file.slice(0, file.lastIndexOf('/') + 1);
  if (teacher === null || !teacher.startsWith(root)) return;
  const own = jobs.some((job) => `${root}${(job as Partial<Job>).folder}` === teacher);
  if (!own) return;
  const result = await readResult(files, teacher);
  if (result?.status === 'measured' || result?.status === 'trained') return;
  if (result?.status === 'failed')
    throw new InputError(`${folder}: its teacher ${teacher} failed: ${result.error.message}`, 'Mend that first; then run both again.');
  if (had) throw new InputError(`${folder}: its teacher ${teacher} was not trained`, 'See what became of it; then run both again.');
  throw new NotYetError(`${folder}: its teacher ${teacher} is not trained yet`, 'Run it again when the teacher is.');
}

async function openFor(machine: Machine, { scene: { path, format }, config, backend: request }: Job, report: Reporter): Promise<Opened> {
  const scene = await machine.openTrainingScene({ path, format: format ?? undefined }, config.scene, report);
  const { backend } = await startToTrain(machine, request, scene, config, report);
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
  const measuring = await measured(machine, trained, training.checkpoint, backend, measure, signal, report);
  if (measuring === null) return { schema: 1, status: 'trained', training };
  const result: RunResult = { schema: 1, status: 'measured', training, measuring };
  await lock.confirm();
  await writeResult(machine.files, folder, result);
  return result;
}

/** On held-out views; what was measured before of the same checkpoint, by the same program, is taken as it is. null: the signal came. */
async function measured(
  machine: Machine,
  { run, checkpoint: path }: Trained,
  name: string,
  backend: Backend,
  { split, every }: Job['measure'],
  signal: AbortSignal,
  report: Reporter,
): Promise<MeasuredResult['measuring'] | null> {
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
    const found = await evaluateField({ engine, config: run.record.config, ...held, every, signal, report });
    return { ...about, report: found };
  } catch (error) {
    if (error === signal.reason) return null;
    throw error;
  } finally {
    await engine.dispose();
  }
}
