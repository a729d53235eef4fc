/** What results hold, to be compared: all of images, scenes and networks; that texts are whole, which have times in them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Harmed } from './harmed-commands.ts';

/** Path to a hash. */
export type Content = ReadonlyMap<string, string>;

const AGED = 'of an earlier command';

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
}

const isHidden = (name: string): boolean => name.split('/').some((part) => part.startsWith('.'));

/** Lists, records and checkpoints of runs that a command trained are not compared. */
export function contentOf(run: string, { results }: Pick<Harmed, 'results'>): Content {
  const folder = join(run, results);
  const names = namesIn(folder).filter((name) => !isHidden(name) && !/lock\.json$|metrics\.jsonl$|\.safetensors$/.test(name));
  return new Map(names.sort().map((name) => [name, hashOf(join(folder, name))]));
}

function hashOf(path: string): string {
  const bytes = readFileSync(path);
  // HDF5 has times in it.
  if (path.endsWith('.nir')) return String(bytes.length);
  if (!/\.(json|csv|md|html|svg)$/.test(path)) return createHash('sha256').update(bytes).digest('hex');
  const text = bytes.toString('utf8');
  if (text === AGED) return AGED;
  if (path.endsWith('.json')) JSON.parse(text);
  if (path.endsWith('.html') && !text.trimEnd().endsWith('</html>')) throw new Error(`${path} is half a page`);
  return 'whole';
}

export function sameContent(a: Content, b: Content): boolean {
  return a.size === b.size && [...a].every(([name, hash]) => b.get(name) === hash);
}

/** Makes results those of an earlier command, so that they can be told from new ones. */
export function age(run: string, { results }: Pick<Harmed, 'results'>): void {
  const folder = join(run, results);
  for (const name of namesIn(folder)) writeFileSync(join(folder, name), AGED);
}

/** Hidden files and locks below the run: what only a SIGKILL may leave. */
export function leftovers(run: string): string[] {
  return namesIn(run).filter((name) => isHidden(name) || name.endsWith('lock.json'));
}
