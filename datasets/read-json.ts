/** JSON files of datasets, checked against a zod schema; every failure says file, key, what was expected and what was found. */
import type { z } from 'zod';
import { InputError } from '../src/base/errors.ts';
import { excerpt } from '../src/base/excerpt.ts';
import type { Files } from '../src/io/files.ts';

/** Bytes: no text of JavaScript can be longer. A hundred thousand frames take 31 million. */
const LARGEST = 2 ** 29 - 1024;

/**
 * Reads and checks a JSON file. The schema's messages are read as "expected ..." (give them as `{ error: 'a number in metres' }`). Throws
 * InputError if the file is not JSON or not of the schema's shape.
 */
export async function readJson<Shape extends z.ZodType>(path: string, schema: Shape, files: Files): Promise<z.infer<Shape>> {
  const value = parseJson(path, await files.read(path, LARGEST));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const expected = issue.message.replace(/^Invalid input: expected /, '').replace(/, received .*$/, '');
  throw valueError(path, keyText(issue.path), expected, describe(valueAt(value, issue.path)));
}

/** The one form in which a wrong value in a dataset file is reported. */
export function valueError(file: string, key: string, expected: string, found: string, fix?: string): InputError {
  const where = key === '' ? file : `${file}: ${key}`;
  return new InputError(
    `${where}: expected ${expected}, found ${found}`,
    fix ?? 'Correct the value in the file, or export the scene again.',
  );
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${path}: expected JSON text in UTF-8, found other bytes`, 'Export the scene again, or save the file as UTF-8.', {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const worded = withQuotedWords(text);
    if (worded !== null) return worded;
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(
      `${path}: expected JSON, found ${found} (${text.length} characters)`,
      'The file may be truncated: copy or export it again.',
      { cause },
    );
  }
}

/**
 * Python's json writes NaN and Infinity for numbers that are not finite, and JSON has no such words: as texts they parse, and whoever needs a number
 * there says where. Null if that is not what is wrong with the text.
 */
function withQuotedWords(text: string): unknown {
  let words = 0;
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) => {
    if (found.startsWith('"')) return found;
    words++;
    return `"${found}"`;
  });
  if (words === 0) return null;
  try {
    return JSON.parse(quoted);
  } catch {
    return null;
  }
}

/** ["frames", 3, "file_path"] -> "frames[3].file_path" */
function keyText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`), '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing (the key is missing)' : excerpt(value);
}
