/**
 * What is to be trained and measured, run by run: networks x scenes x seeds as a file of jobs (JSON), of which any process takes one by its index
 * (run-one.ts). A job says all that its run depends on; its folder lies below that of the file.
 */
import { z } from 'zod';
import { SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { BACKEND_NAMES, type BackendRequest } from '../backends/select-backend.ts';
import { InputError } from '../base/errors.ts';
import { parseEntry, TWIN, type Entry } from '../config/compare-entries.ts';
import { applyRequests, parseConfig } from '../config/resolve-config.ts';
import type { Config } from '../config/schema.ts';
import { differingSettings, valueAt, withValue } from '../config/settings.ts';
import { checkJson, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';
import { VERSION } from '../run/version.ts';
import { checkTeacherFits } from '../train/teacher.ts';

const FIX = 'Plan again.';

const jobSchema = z.strictObject({
  /** Name of the network, as it was asked for. */
  entry: z.string(),
  seed: z.number().int(),
  /** Its format; null: found out. */
  scene: z.strictObject({ path: z.string(), name: z.string(), format: z.string().nullable() }),
  /** From the folder of the file on. */
  folder: z.string().regex(/^(?!\/)(?!.*\.\.)/, 'expected a path below the plan'),
  config: z.unknown(),
  backend: z.strictObject({
    choice: z.enum([...BACKEND_NAMES, 'auto']),
    threads: z.number().int().min(1).nullable(),
    gpu: z.string().nullable(),
  }),
  /** The views to measure on: null: of the test split, or else of val. */
  measure: z.strictObject({ split: z.enum(SPLIT_NAMES).nullable(), every: z.number().int().min(1) }),
});

const planSchema = z.strictObject({ schema: z.literal(1), spikeray: z.string(), jobs: z.array(z.unknown()).min(1) });

export type Job = Omit<z.infer<typeof jobSchema>, 'config'> & { readonly config: Config };

export interface PlanRequest extends Pick<Job, 'measure'> {
  readonly entries: readonly Entry[];
  readonly seeds: readonly number[];
  /** Each with the settings that its entries share. */
  readonly scenes: readonly (Job['scene'] & { readonly shared: Config })[];
  /** The folder of the file; absolute: teachers are named by it. */
  readonly folder: string;
  readonly backend: BackendRequest;
}

/**
 * Scene by scene, entry by entry, seed by seed. A twin that teaches comes first: trained once for each seed, it is the teacher of every entry that
 * asks for one, and an entry itself whether it was asked for or not.
 *
 * @throws InputError if an entry's settings cannot be
 */
export function planJobs(request: PlanRequest): Job[] {
  return request.scenes.flatMap((scene) => {
    const taught = (entry: Entry): boolean => applyRequests(scene.shared, entry.requests).distillation.teacher === 'twin';
    const others = request.entries.filter(({ name }) => name !== TWIN);
    const twin = request.entries.length > others.length || others.some(taught) ? [parseEntry(TWIN)] : [];
    return [...twin, ...others].flatMap((entry) => request.seeds.map((seed) => planJob(entry, seed, scene, request)));
  });
}

function planJob(entry: Entry, seed: number, scene: PlanRequest['scenes'][number], request: PlanRequest): Job {
  const { path, name, format, shared } = scene;
  const { scenes, folder: root, backend, measure } = request;
  const plain = (text: string): string => text.replace(/[^\w.+=-]/g, '_');
  const folder = (of: string): string => `${scenes.length > 1 ? `${plain(name)}/` : ''}${plain(of)}/seed-${seed}`;
  const config = applyRequests(withValue(shared, 'seed', seed), entry.requests);
  const taught = config.distillation.teacher === 'twin';
  if (taught) checkTeacherFits(applyRequests(shared, parseEntry(TWIN).requests).network, config.network, `--neurons ${entry.name}`);
  return {
    entry: entry.name,
    seed,
    scene: { path, name, format },
    folder: folder(entry.name),
    config: taught ? withValue(config, 'distillation.teacher', `${root}/${folder(TWIN)}`) : config,
    backend,
    measure,
  };
}

/** The settings of a job that differ from the shared ones. */
export function differences(config: Config, shared: Config): Record<string, unknown> {
  const changed = differingSettings(config, shared).filter(({ key }) => key !== 'seed');
  return Object.fromEntries(changed.map(({ key }) => [key, valueAt(config, key)]));
}

export async function writePlan(files: Files, file: string, jobs: readonly Job[]): Promise<void> {
  await files.writeAtomic(file, [new TextEncoder().encode(`${JSON.stringify({ schema: 1, spikeray: VERSION, jobs })}\n`)]);
}

/** Throws InputError naming `file` and the key that is wrong. Jobs are checked when they are taken: `jobAt`. */
export async function readPlan(files: Files, file: string): Promise<readonly unknown[]> {
  return checkJson(planSchema, parseJson(await files.read(file), file, FIX), file, FIX).jobs;
}

/** Throws InputError. */
export function jobAt(jobs: readonly unknown[], index: number, file: string): Job {
  if (!(index in jobs)) throw new InputError(`${file}: there is no job ${index}`, `Its jobs are 0 to ${jobs.length - 1}.`);
  const where = `${file}: jobs.${index}`;
  const job = checkJson(jobSchema, jobs[index], where, FIX);
  return { ...job, config: parseConfig(job.config, where) };
}

/** The folder of a job of the plan in `file`. */
export function folderOf(file: string, { folder }: Pick<Job, 'folder'>): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? folder : `${file.slice(0, slash)}/${folder}`;
}
