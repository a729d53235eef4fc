/** The options that ask for the same hardware models again. */
import { quoted } from '../../base/format.ts';

/** ` --hardware NAME ...`. @param asked names and files, as they were given; none: the built-in models, without asking */
export function hardwareOptions(asked: readonly string[]): string {
  return asked.map((name) => ` --hardware ${quoted(name)}`).join('');
}
