/** A user's hardware model from JSON. */
import { InputError } from '../../base/errors.ts';
import { excerpt } from '../../base/excerpt.ts';
import { parseJson } from '../../io/checked-json.ts';
import { hardwareSchema, type HardwareModel } from './hardware-model.ts';

const ADVICE = 'docs/energy.md lists the keys of each kind of hardware model, with an example to start from.';

/** Throws InputError naming `file` and the path of the key that is missing or wrong. */
export function parseHardware(text: string, file: string): HardwareModel {
  const json = parseJson(text, file, ADVICE);
  const result = hardwareSchema.safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new InputError(`${file}: ${path.length === 0 ? 'content' : path.join('.')}: ${describe(message, valueAt(json, path))}`, ADVICE);
}

/** JSON has no infinity, but numbers too large to be represented become one. */
function describe(message: string, value: unknown): string {
  return value === undefined ? `missing (${message})` : `${message}; found ${excerpt(value)}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    json,
  );
}
