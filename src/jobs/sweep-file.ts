/**
 * What a sweep is asked to be: a YAML file of scenes x settings x entries x seeds (docs/scale.md has an example with every key). Values of settings
 * are checked as those of --set are.
 */
import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { FORMATS } from '../../datasets/index.ts';
import { SPLIT_NAMES } from '../../datasets/scene-format.ts';
import { BACKEND_NAMES, type BackendRequest } from '../backends/select-backend.ts';
import { InputError } from '../base/errors.ts';
import { suggest } from '../base/nearest-name.ts';
import { parseEntries, type Entry } from '../config/compare-entries.ts';
import { DEFAULT_PRESET, resolveConfig, type Request } from '../config/resolve-config.ts';
import { checkJson } from '../io/checked-json.ts';
import type { About, Job, Variant } from './job-plan.ts';
import { publishedSchema } from './published.ts';

const FIX = 'docs/scale.md has a sweep file with every key.';

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number(), z.null()]))]);
const settingsSchema = z.record(z.string(), valueSchema);

const sceneSchema = z.strictObject({
  path: z.string().min(1),
  name: z.string().min(1).optional(),
  format: z.string().optional(),
  preset: z.string().optional(),
  set: settingsSchema.default({}),
});

const sweepSchema = z.strictObject({
  title: z.string().default(''),
  scenes: z.array(z.union([z.string().min(1), sceneSchema])).min(1),
  entries: z.array(z.string()).min(1),
  /** A number: so many, from the seed of the settings upwards. */
  seeds: z.union([z.number().int().min(1).max(1000), z.array(z.number().int().nonnegative()).min(1)]).default(1),
  settings: z.record(z.string().min(1), settingsSchema).optional(),
  preset: z.string().optional(),
  set: settingsSchema.default({}),
  measure: z
    .strictObject({ split: z.enum(SPLIT_NAMES).nullable().default(null), every: z.number().int().min(1).default(1) })
    .default({ split: null, every: 1 }),
  backend: z
    .strictObject({
      name: z.enum([...BACKEND_NAMES, 'auto']).default('wasm'),
      threads: z.number().int().min(1).nullable().default(null),
      gpu: z
        .union([z.string(), z.number().transform(String)])
        .nullable()
        .default(null),
    })
    .default({ name: 'wasm', threads: null, gpu: null }),
  published: z.array(publishedSchema).default([]),
});

export interface SweepScene {
  /** As it was written. */
  readonly path: string;
  readonly name?: string;
  readonly format?: string;
  readonly preset?: string;
  readonly requests: readonly Request[];
}

export interface SweepFile {
  readonly about: About;
  readonly scenes: readonly SweepScene[];
  readonly entries: readonly Entry[];
  readonly seeds: number | readonly number[];
  readonly variants: readonly Variant[] | undefined;
  /** undefined: the one that suits each scene. */
  readonly preset: string | undefined;
  readonly requests: readonly Request[];
  readonly measure: Job['measure'];
  readonly backend: BackendRequest;
}

/** Throws InputError naming `file`, and the line or the key that is wrong. */
export function parseSweep(text: string, file: string): SweepFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  // A tag that means nothing is a warning, and what follows it something else than was written.
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new InputError(`${file}: line ${line}, column ${col}: ${error.message}`, FIX);
  }
  const sweep = checkJson(sweepSchema, valueOf(document, file), file, FIX);
  const requestsAt = (settings: z.infer<typeof settingsSchema>, where: string): Request[] =>
    Object.entries(settings).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      source: `${file}: ${where}:`,
    }));
  const { name: choice, threads, gpu } = sweep.backend;
  const found: SweepFile = {
    about: { title: sweep.title, published: sweep.published },
    scenes: sweep.scenes.map((scene, i) => {
      if (typeof scene === 'string') return { path: scene, requests: [] };
      const { path, name, format, preset, set } = scene;
      checkFormatName(format, `${file}: scenes.${i}.format`);
      return { path, name, format, preset, requests: requestsAt(set, `scenes.${i}.set`) };
    }),
    entries: parseEntries(sweep.entries.join(',')),
    seeds: sweep.seeds,
    variants:
      sweep.settings && Object.entries(sweep.settings).map(([name, set]) => ({ name, requests: requestsAt(set, `settings.${name}`) })),
    preset: sweep.preset,
    requests: requestsAt(sweep.set, 'set'),
    measure: sweep.measure,
    backend: { choice, threads, gpu },
  };
  // What is wrong with a setting should not take minutes to be found.
  for (const scene of found.scenes) configOf(found, scene, scene.preset ?? found.preset ?? DEFAULT_PRESET);
  return found;
}

/** Throws InputError for names (*NAME) that stand for nothing, and for those that unfold without end. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new InputError(`${file}: ${error.message}`, FIX, { cause: error });
  }
}

/** What the jobs of a scene share. */
export function configOf({ requests }: SweepFile, scene: SweepScene, preset: string): ReturnType<typeof resolveConfig> {
  return resolveConfig(preset, [...requests, ...scene.requests]);
}

function checkFormatName(format: string | undefined, where: string): void {
  const names = FORMATS.map(({ name }) => name);
  if (format !== undefined && !names.includes(format)) throw new InputError(`${where}: unknown format "${format}"`, suggest(format, names));
}
