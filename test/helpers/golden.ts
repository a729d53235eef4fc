/** Numbers that others computed: test/golden. */
import { readFileSync } from 'node:fs';

/** What the file of this name holds; nothing checks that it is a T. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}
