/** Which networks a comparison trains, in which folders, with which settings. */
import { resolve } from 'node:path';
import { parseEntry, TWIN, type Entry } from '../config/compare-entries.ts';
import { applyRequests } from '../config/resolve-config.ts';
import type { Config } from '../config/schema.ts';
import { differingSettings, valueAt, withValue } from '../config/settings.ts';
import { checkTeacherFits } from '../train/teacher.ts';

export interface Planned {
  readonly entry: Entry;
  readonly seed: number;
  readonly folder: string;
  readonly config: Config;
}

/**
 * Entry by entry, seed by seed. A twin that teaches comes first: trained once for each seed, it is the teacher of every entry that asks for
 * one, and an entry itself whether it was asked for or not.
 *
 * @throws InputError if an entry's settings cannot be
 */
export function planEntries(entries: readonly Entry[], seeds: readonly number[], shared: Config, out: string): Planned[] {
  const taught = (entry: Entry): boolean => applyRequests(shared, entry.requests).distillation.teacher === 'twin';
  const others = entries.filter(({ name }) => name !== TWIN);
  const twin = entries.length > others.length || others.some(taught) ? [parseEntry(TWIN)] : [];
  return [...twin, ...others].flatMap((entry) => seeds.map((seed) => plan(entry, seed, shared, out)));
}

function plan(entry: Entry, seed: number, shared: Config, out: string): Planned {
  const folder = (name: string): string => `${out}/${name.replace(/[^\w.+=-]/g, '_')}/seed-${seed}`;
  const config = applyRequests(withValue(shared, 'seed', seed), entry.requests);
  const taught = config.distillation.teacher === 'twin';
  if (taught) checkTeacherFits(applyRequests(shared, parseEntry(TWIN).requests).network, config.network, `--neurons ${entry.name}`);
  return {
    entry,
    seed,
    folder: folder(entry.name),
    config: taught ? withValue(config, 'distillation.teacher', resolve(folder(TWIN))) : config,
  };
}

/** The settings of an entry that differ from the shared ones. */
export function differences(config: Config, shared: Config): Record<string, unknown> {
  const changed = differingSettings(config, shared).filter(({ key }) => key !== 'seed');
  return Object.fromEntries(changed.map(({ key }) => [key, valueAt(config, key)]));
}
