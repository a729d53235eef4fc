/** Every key of the config as a flat list, read from the schema: what `--set` accepts and the help shows. */
import { z } from 'zod';
import { configSchema, type Config } from './schema.ts';

/** The part of JSON Schema that zod writes for the config. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly prefixItems?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

export interface Setting {
  /** e.g. "fine.learningRates.density" */
  readonly key: string;
  readonly description: string;
  /** What values are allowed, in words: "a whole number from 1 to 64". */
  readonly range: string;
  /** For settings that are a choice of words (or one word besides numbers); else empty. */
  readonly choices: readonly string[];
  /** Whether the choices are all there is. */
  readonly isWord: boolean;
  readonly isList: boolean;
  /** Any text: a path. */
  readonly isText: boolean;
  /** Whether it is a group with keys of its own making: `network.neuronParameters.tau`. */
  readonly isOpenGroup: boolean;
}

/** The name of the preset is chosen by --preset, not set. */
const NOT_SETTABLE = new Set(['preset']);

export const settings: readonly Setting[] = collect(z.toJSONSchema(configSchema) as Node, '').filter(({ key }) => !NOT_SETTABLE.has(key));

/** The groups: "scene", "network", "fine.learningRates", ... */
export const settingGroups: readonly string[] = [...new Set(settings.flatMap(({ key }) => prefixes(key)))];

export function findSetting(key: string): Setting | undefined {
  const exact = settings.find((setting) => setting.key === key);
  if (exact !== undefined) return exact;
  const group = settings.find((setting) => setting.isOpenGroup && key.startsWith(`${setting.key}.`));
  return group && { ...group, key, range: 'a number', isOpenGroup: false };
}

/** The value at a dotted key. */
export function valueAt(config: Config, key: string): unknown {
  return key.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);
}

/** A copy of `config` with the value at a dotted key replaced; not validated. */
export function withValue(config: Config, key: string, value: unknown): Config {
  const copy = structuredClone(config);
  const names = key.split('.');
  const last = names.pop()!;
  const parent = names.reduce<Record<string, unknown>>((group, name) => group[name] as Record<string, unknown>, copy);
  parent[last] = value;
  return copy;
}

/** A setting in which two configs differ, with both values as JSON. */
export interface Difference {
  readonly key: string;
  readonly values: readonly [string, string];
}

/** In the order of the schema; the name of the preset is no setting. */
export function differingSettings(a: Config, b: Config): Difference[] {
  return settings.flatMap(({ key }) => {
    const values = [JSON.stringify(valueAt(a, key)), JSON.stringify(valueAt(b, key))] as const;
    return values[0] === values[1] ? [] : [{ key, values }];
  });
}

function collect(node: Node, prefix: string): Setting[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (child.properties !== undefined) return collect(child, key);
    const { description = '' } = child;
    const isOpenGroup = child.type === 'object';
    const choices = choicesOf(child);
    const isWord = child.enum !== undefined;
    const kinds = alternatives(child);
    const isList = kinds.some(({ type }) => type === 'array');
    const isText = !isWord && kinds.some((node) => node.type === 'string' && node.const === undefined);
    return [{ key, description, range: describeRange(child), choices, isWord, isList, isText, isOpenGroup }];
  });
}

/** A choice may lie in another, as of a union that may be null. */
function alternatives(node: Node): Node[] {
  return node.anyOf?.flatMap(alternatives) ?? [node];
}

function prefixes(key: string): string[] {
  const names = key.split('.').slice(0, -1);
  return names.map((_, i) => names.slice(0, i + 1).join('.'));
}

function choicesOf(node: Node): string[] {
  if (node.enum !== undefined) return [...node.enum];
  if (node.const !== undefined) return [node.const];
  return (node.anyOf ?? []).flatMap(choicesOf);
}

function describeRange(node: Node): string {
  if (node.anyOf !== undefined) return node.anyOf.map(describeRange).join(', or ');
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  if (node.const !== undefined) return node.const;
  switch (node.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'numbers by name, one at a time (key.name=value) or as JSON';
    case 'array':
      if (node.prefixItems !== undefined) return `${node.prefixItems.length} numbers, each ${describeRange(node.prefixItems[0])}`;
      return `a list: each ${describeRange(node.items ?? {})}`;
    case 'integer':
    case 'number':
      return describeNumber(node);
    default:
      return 'text';
  }
}

function describeNumber(node: Node): string {
  const noun = node.type === 'integer' ? 'a whole number' : 'a number';
  const multiple = node.multipleOf === undefined ? '' : `, a multiple of ${node.multipleOf}`;
  const maximum = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  const minimum = node.minimum === Number.MIN_SAFE_INTEGER ? undefined : node.minimum;
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}${multiple}`;
  const bounds = [
    minimum === undefined ? '' : `at least ${minimum}`,
    node.exclusiveMinimum === undefined ? '' : `greater than ${node.exclusiveMinimum}`,
    maximum === undefined ? '' : `at most ${maximum}`,
    node.exclusiveMaximum === undefined ? '' : `less than ${node.exclusiveMaximum}`,
  ].filter((bound) => bound !== '');
  return `${noun} ${bounds.join(' and ')}${multiple}`.trimEnd();
}
