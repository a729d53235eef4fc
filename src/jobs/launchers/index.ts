/** All launchers. A new one is one file beside this and one line here. */
import { InputError } from '../../base/errors.ts';
import { suggest } from '../../base/nearest-name.ts';
import type { LaunchOptions, Launcher } from './launcher.ts';
import { local } from './local.ts';
import { slurm } from './slurm.ts';

export const launchers: readonly Launcher[] = [local, slurm];

/** Throws InputError for a name that is unknown, and for options that the launcher cannot follow. */
export function launcherNamed(name: string, options: LaunchOptions = {}): Launcher {
  const names = launchers.map((launcher) => launcher.name);
  const found = launchers.find((launcher) => launcher.name === name);
  if (found === undefined) throw new InputError(`--on ${name}: unknown`, suggest(name, names));
  for (const [option, value] of Object.entries(options))
    if (value !== undefined && !found.options.includes(option as keyof LaunchOptions))
      throw new InputError(`--${option} has no meaning with --on ${name}`, `Leave it out. It follows --${found.options.join(', --')}.`);
  return found;
}
