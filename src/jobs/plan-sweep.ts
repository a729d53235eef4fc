/**
 * From a sweep file to its jobs: every scene is opened once, so that what cannot be trained is refused before anything is; each job with an estimate of
 * the memory and time that it needs.
 */
import type { SceneData } from '../../datasets/scene-data.ts';
import { BackendError, InputError, MemoryError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import { DEFAULT_PRESET } from '../config/resolve-config.ts';
import { plannedSteps } from '../config/planned-steps.ts';
import type { Backend } from '../engine/backend.ts';
import { joinPath } from '../../datasets/scene-paths.ts';
import { hasCoarseStage } from '../spaces/index.ts';
import { presetFor } from './choose-preset.ts';
import { checkFolders, planJobs, type Job } from './job-plan.ts';
import type { Machine } from './machine.ts';
import { configOf, type SweepFile, type SweepScene } from './sweep-file.ts';
import { trainingMemory, type TrainingMemory } from './training-memory.ts';

/** Core-seconds that a ray of training takes on the wasm backend, as measured on lego (docs/benchmarks.md). */
const CORE_SECONDS_A_RAY = 50e-6;

/** Memory of the program itself, besides what training counts: Node, kernels, the decoder of images. */
const PROGRAM_BYTES = 200 * 2 ** 20;

const UNKNOWN: Job['needs'] = { bytes: null, coreSeconds: null };

export interface PlanSweep {
  readonly machine: Machine;
  readonly sweep: SweepFile;
  /** What paths of scenes begin from. */
  readonly scenes: string;
  /** Folder of the sweep; absolute. */
  readonly folder: string;
  /** Scenes that are not there are left out; one has to be there. */
  readonly thoseThere?: boolean;
  readonly report: Reporter;
}

export interface PlannedSweep {
  readonly jobs: readonly Job[];
  /** Paths of scenes that are not there. */
  readonly missing: readonly string[];
}

interface Placed {
  readonly scene: SweepScene;
  readonly path: string;
}

/** @throws InputError for what no job could be made of */
export async function planSweep({ machine, sweep, scenes: base, folder, thoseThere = false, report }: PlanSweep): Promise<PlannedSweep> {
  const placed = sweep.scenes.map((scene) => ({
    scene,
    path: scene.path.startsWith('/') || base === '.' ? scene.path : joinPath(base, scene.path),
  }));
  const there: Placed[] = [];
  for (const one of placed) if (!thoseThere || (await machine.files.kind(one.path)) === 'folder') there.push(one);
  const missing = placed.filter((one) => !there.includes(one)).map(({ path }) => path);
  if (there.length === 0)
    throw new InputError(
      `${base}: none of the scenes is there: ${sweep.scenes.map(({ path }) => path).join(', ')}`,
      'Give the folder that holds them.',
    );
  const backend = await backendOf(machine, sweep, report);
  const jobs: Job[][] = [];
  for (const [i, one] of there.entries()) {
    report({ type: 'note', text: `${i + 1} of ${there.length}: ${one.path}` });
    jobs.push(await jobsOfScene(machine, sweep, one, folder, there.length, backend, report));
  }
  checkFolders(jobs.flat());
  return { jobs: jobs.flat(), missing };
}

async function jobsOfScene(
  machine: Machine,
  sweep: SweepFile,
  { scene, path }: Placed,
  folder: string,
  scenes: number,
  backend: Backend | null,
  report: Reporter,
): Promise<Job[]> {
  const named = scene.preset ?? sweep.preset;
  const { format } = scene;
  const opened = await machine.openTrainingScene({ path, format }, configOf(sweep, scene, named ?? DEFAULT_PRESET).scene, report);
  const shared = configOf(sweep, scene, named ?? presetFor(opened, report));
  const seeds = typeof sweep.seeds === 'number' ? Array.from({ length: sweep.seeds }, (_, i) => shared.seed + i) : sweep.seeds;
  const { entries, variants, measure, backend: request } = sweep;
  const place = { path: machine.absolute(path), name: scene.name ?? opened.name, format: format ?? null, shared };
  const planned = planJobs({ entries, seeds, variants, scenes: [place], nested: scenes > 1, folder, backend: request, measure });
  return planned.map((job) => ({ ...job, needs: needsOf(opened, job, backend) }));
}

function needsOf(
  scene: SceneData,
  { config, backend: { choice } }: Pick<Job, 'config' | 'backend'>,
  backend: Backend | null,
): Job['needs'] {
  if (backend === null) return UNKNOWN;
  let memory: TrainingMemory;
  try {
    memory = trainingMemory(scene, config, backend);
  } catch (error) {
    // What trains then chooses another backend.
    if (choice === 'auto' && (error instanceof BackendError || error instanceof MemoryError)) return UNKNOWN;
    throw error;
  }
  const coarse = hasCoarseStage(scene.space, config.coarse.steps) ? config.coarse.steps * config.coarse.rays : 0;
  const byRays = (coarse + plannedSteps(config) * config.fine.rays) * CORE_SECONDS_A_RAY;
  return {
    bytes: memory.total + PROGRAM_BYTES,
    coreSeconds: backend.name === 'wasm' ? byRays : null,
  };
}

/** null: what trains cannot run on the machine that plans, such as a GPU. */
async function backendOf(machine: Machine, { backend }: SweepFile, report: Reporter): Promise<Backend | null> {
  try {
    return await machine.startBackend(backend.choice === 'wasm' ? { ...backend, threads: backend.threads ?? 1 } : backend, report);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    report({ type: 'warning', text: `no estimates of memory and time: ${error.message}` });
    return null;
  }
}
