/**
 * What is to be trained and measured, run by run: scenes x settings x networks x seeds as a file of jobs (JSON), of which any process takes one by
 * its index (run-one.ts). A job says all that its run depends on; its folder lies below that of the file. Settings are written once for each scene,
 * with every job only what is different about it: ten thousand jobs are some megabytes.
 */
import { z } from 'zod';
import { SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { BACKEND_NAMES, type BackendRequest } from '../backends/select-backend.ts';
import { InputError } from '../base/errors.ts';
import { parseEntry, TWIN, type Entry } from '../config/compare-entries.ts';
import { applyRequests, parseConfig, type Request } from '../config/resolve-config.ts';
import type { Config } from '../config/schema.ts';
import { differingSettings, findSetting, valueAt, withValue } from '../config/settings.ts';
import { checkJson, LARGEST_JSON, parseJson } from '../io/checked-json.ts';
import type { Files } from '../io/files.ts';
import { annOf } from '../model/quantised-layers.ts';
import { VERSION } from '../run/version.ts';
import { publishedSchema } from './published.ts';
import { fineRepresentation } from '../train/stage-spec.ts';
import { checkTeacherField, checkTeacherFits } from '../train/teacher.ts';

const FIX = 'Plan again.';

const aboutSchema = z.strictObject({ title: z.string(), published: z.array(publishedSchema) });

const storedSchema = z.strictObject({
  /** Name of the network, as it was asked for. */
  entry: z.string(),
  /** Name of its settings, where there are several; else ''. */
  setting: z.string(),
  seed: z.number().int(),
  /** Its format; null: found out. */
  scene: z.strictObject({ path: z.string(), name: z.string(), format: z.string().nullable() }),
  /** From the folder of the file on. */
  folder: z.string().regex(/^(?!\/)(?!.*\.\.)/, 'expected a path below the plan'),
  /** Which of the plan's shared settings it begins with, and what is different. */
  shared: z.number().int().nonnegative(),
  differs: z.record(z.string(), z.unknown()),
  backend: z.strictObject({
    choice: z.enum([...BACKEND_NAMES, 'auto']),
    threads: z.number().int().min(1).nullable(),
    gpu: z.string().nullable(),
  }),
  /** The views to measure on: null: of the test split, or else of val. */
  measure: z.strictObject({ split: z.enum(SPLIT_NAMES).nullable(), every: z.number().int().min(1) }),
  /** Estimates (plan-sweep.ts): bytes of memory, seconds of a core; null where the backend that plans cannot tell. */
  needs: z.strictObject({ bytes: z.number().nullable(), coreSeconds: z.number().nullable() }).optional(),
});

const planSchema = z.strictObject({
  schema: z.literal(2),
  spikeray: z.string(),
  about: aboutSchema.optional(),
  shared: z.array(z.unknown()).min(1),
  jobs: z.array(z.unknown()).min(1),
});

/** What a table of the results says beside them. */
export type About = z.infer<typeof aboutSchema>;

/** A plan as it is read: what jobs share is checked at once, a job only when it is taken (`jobAt`). */
export interface Plan {
  readonly file: string;
  readonly about: About | undefined;
  readonly shared: readonly Config[];
  readonly jobs: readonly unknown[];
}

export type Job = Omit<z.infer<typeof storedSchema>, 'shared' | 'differs'> & {
  /** What the jobs of its scene share. */
  readonly shared: Config;
  readonly config: Config;
};

/** Settings that each entry is trained under. */
export interface Variant {
  readonly name: string;
  readonly requests: readonly Request[];
}

export interface PlanRequest extends Pick<Job, 'measure'> {
  readonly entries: readonly Entry[];
  readonly seeds: readonly number[];
  /** Default: one, without a name, that changes nothing. */
  readonly variants?: readonly Variant[];
  /** Each with the settings that its entries share. */
  readonly scenes: readonly (Job['scene'] & { readonly shared: Config })[];
  /** Whether each scene has a folder; default: if there are several. */
  readonly nested?: boolean;
  /** The folder of the file; absolute: teachers are named by it. */
  readonly folder: string;
  readonly backend: BackendRequest;
}

/**
 * Scene by scene, variant by variant, entry by entry, seed by seed. A twin that teaches comes first: trained once for each seed, it is the teacher of
 * every entry that asks for one, and an entry itself whether it was asked for or not.
 *
 * @throws InputError if an entry's settings cannot be, or if two jobs would share a folder
 */
export function planJobs(request: PlanRequest): Job[] {
  const { scenes, variants = [{ name: '', requests: [] }], entries, seeds } = request;
  const jobs = scenes.flatMap((scene) =>
    variants.flatMap((variant) => {
      const varied = applyRequests(scene.shared, variant.requests);
      const taught = (entry: Entry): boolean => applyRequests(varied, entry.requests).distillation.teacher === 'twin';
      const others = entries.filter(({ name }) => name !== TWIN);
      const twin = entries.length > others.length || others.some(taught) ? [parseEntry(TWIN)] : [];
      return [...twin, ...others].flatMap((entry) => seeds.map((seed) => planJob({ ...request, scene, variant, entry, seed, varied })));
    }),
  );
  checkFolders(jobs);
  return jobs;
}

/** Throws InputError if two jobs would share a folder. */
export function checkFolders(jobs: readonly Job[]): void {
  const seen = new Map<string, Job>();
  for (const job of jobs) {
    const other = seen.get(job.folder);
    if (other !== undefined)
      throw new InputError(`two jobs have the folder ${job.folder}: ${nameOf(other)}, and ${nameOf(job)}`, 'Give them different names.');
    seen.set(job.folder, job);
  }
}

interface One extends PlanRequest {
  readonly scene: PlanRequest['scenes'][number];
  readonly variant: Variant;
  readonly entry: Entry;
  readonly seed: number;
  readonly varied: Config;
}

function planJob({ scene: { path, name, format, shared }, variant, entry, seed, varied, ...request }: One): Job {
  const { scenes, nested = scenes.length > 1, folder: root, backend, measure } = request;
  const plain = (text: string): string => text.replace(/[^\w.+=-]/g, '_');
  const above = [...(nested ? [name] : []), ...(variant.name === '' ? [] : [variant.name])].map((part) => `${plain(part)}/`).join('');
  const folder = (of: string): string => `${above}${plain(of)}/seed-${seed}`;
  const own = applyRequests(withValue(varied, 'seed', seed), entry.requests);
  const config = entry.name === TWIN ? { ...own, network: annOf(own.network) } : own;
  const taught = config.distillation.teacher === 'twin';
  if (taught) {
    checkTeacherFits(applyRequests(varied, parseEntry(TWIN).requests).network, config.network, `--neurons ${entry.name}`);
    checkTeacherField(fineRepresentation(varied.field), config, `--neurons ${entry.name}`);
  }
  return {
    entry: entry.name,
    setting: variant.name,
    seed,
    scene: { path, name, format },
    folder: folder(entry.name),
    shared,
    config: taught ? withValue(config, 'distillation.teacher', `${root}/${folder(TWIN)}`) : config,
    backend,
    measure,
  };
}

/** "lego, short, ternary+distill, seed 777" */
export function nameOf({ scene, setting, entry, seed }: Job): string {
  return [scene.name, ...(setting === '' ? [] : [setting]), entry, `seed ${seed}`].join(', ');
}

/** The settings of a job that differ from the shared ones. */
export function differences(config: Config, shared: Config): Record<string, unknown> {
  const changed = differingSettings(config, shared).filter(({ key }) => key !== 'seed');
  return Object.fromEntries(changed.map(({ key }) => [key, valueAt(config, key)]));
}

export async function writePlan(files: Files, file: string, jobs: readonly Job[], about?: About): Promise<void> {
  await files.writeAtomic(file, [encodePlan(jobs, about)]);
}

export function encodePlan(jobs: readonly Job[], about?: About): Uint8Array {
  const shared = [...new Set(jobs.map((job) => job.shared))];
  const stored = jobs.map(({ config, ...job }) => {
    const differs = Object.fromEntries(differingSettings(config, job.shared).map(({ key }) => [key, valueAt(config, key)]));
    return JSON.stringify({ ...job, shared: shared.indexOf(job.shared), differs });
  });
  const head = JSON.stringify({ schema: 2, spikeray: VERSION, about, shared }).slice(0, -1);
  // A job a line.
  return new TextEncoder().encode(`${head},"jobs":[\n${stored.join(',\n')}\n]}\n`);
}

/** Throws InputError naming `file` and the key that is wrong. */
export async function readPlan(files: Files, file: string): Promise<Plan> {
  if ((await files.kind(file)) === 'missing')
    throw new InputError(`${file}: there is no plan`, 'Make it with `spikeray sweep plan SWEEP.yaml --out FOLDER`.');
  const { about, shared, jobs } = checkJson(planSchema, parseJson(await files.read(file, LARGEST_JSON), file, FIX), file, FIX);
  return { file, about, shared: shared.map((config, i) => parseConfig(config, `${file}: shared.${i}`)), jobs };
}

/** Throws InputError. */
export function jobAt({ file, shared, jobs }: Plan, index: number): Job {
  if (!(index in jobs)) throw new InputError(`${file}: there is no job ${index}`, `Its jobs are 0 to ${jobs.length - 1}.`);
  const where = `${file}: jobs.${index}`;
  const { shared: base, differs, ...job } = checkJson(storedSchema, jobs[index], where, FIX);
  if (!(base in shared)) throw new InputError(`${where}: shared: there are no settings ${base}`, FIX);
  const known = Object.keys(differs).find((key) => findSetting(key) === undefined);
  if (known !== undefined) throw new InputError(`${where}: differs: unknown key "${known}"`, FIX);
  const config = Object.entries(differs).reduce<Config>((config, [key, value]) => withValue(config, key, value), shared[base]);
  return { ...job, shared: shared[base], config: parseConfig(config, where) };
}

/** All of them. Throws InputError. */
export function jobsOf(plan: Plan): Job[] {
  return plan.jobs.map((_, index) => jobAt(plan, index));
}

/** For each job the index of the one that trains its teacher; null: none does. */
export function teachers(file: string, jobs: readonly Job[]): (number | null)[] {
  const indices = new Map(jobs.map((job, index) => [folderOf(file, job), index]));
  return jobs.map(({ config }) => indices.get(config.distillation.teacher ?? '') ?? null);
}

/** The folder of a job of the plan in `file`. */
export function folderOf(file: string, { folder }: Pick<Job, 'folder'>): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? folder : `${file.slice(0, slash)}/${folder}`;
}
