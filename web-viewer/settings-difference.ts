/** In which settings runs differ: of configurations as JSON, one row for every value that is not the same in all. */

export interface DifferingSetting {
  /** As `--set` takes it. */
  readonly key: string;
  /** One a configuration; a dash where it has none. */
  readonly values: readonly string[];
}

export function settingsDifference(configs: readonly unknown[]): DifferingSetting[] {
  const flat = configs.map((config) => new Map(leavesOf(config, '')));
  const keys = [...new Set(flat.flatMap((config) => [...config.keys()]))];
  return keys
    .map((key) => ({ key, values: flat.map((config) => config.get(key) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** Lists, and objects without keys, are values. */
function leavesOf(value: unknown, key: string): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, JSON.stringify(value) ?? '–']];
  return Object.entries(value).flatMap(([name, child]) => leavesOf(child, key === '' ? name : `${key}.${name}`));
}
