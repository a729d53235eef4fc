/** The lines of a curve: presets by neurons by builds. */
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../../src/base/errors.ts';
import type { Entry } from '../../src/config/compare-entries.ts';
import { applyRequests, resolveConfig, type Request } from '../../src/config/resolve-config.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Trainer } from './curve.ts';
import { COLOURS } from './curve-report.ts';

/** What is trained: presets by neurons. */
export interface Line {
  readonly name: string;
  readonly config: Config;
}

/** Entry of the preset's own neuron. */
export const PRESETS_OWN: Entry = { name: '', requests: [] };

/**
 * Throws InputError for settings that a curve has no use for, and for more lines than a chart has colours.
 *
 * @param builds how many train each
 */
export function linesOf(presets: readonly string[], entries: readonly Entry[], requests: readonly Request[], builds: number): Line[] {
  const twice = presets.find((preset, i) => presets.indexOf(preset) < i);
  if (twice !== undefined) throw new InputError(`--preset: ${twice} is there twice`, 'Leave one of them out.');
  const count = presets.length * entries.length * builds;
  if (count > COLOURS.length)
    throw new InputError(`${count} lines: a chart has ${COLOURS.length} at most`, 'Give fewer of --preset, --neurons and --with.');
  const lines = presets.flatMap((preset) =>
    entries.map(({ name, requests: own }) => ({
      name: [preset, name].filter((part) => part !== '').join(' '),
      config: applyRequests(resolveConfig(preset, requests), own),
    })),
  );
  for (const { name, config } of lines) {
    if (config.budget.maxMinutes !== null)
      throw new InputError('--set budget.maxMinutes: the time limits of a curve are --minutes', 'Leave it out.');
    if (config.distillation.teacher !== null)
      throw new InputError('--set distillation.teacher: the minutes of a curve do not count those of a teacher', 'Leave it out.');
    if (!isDeepStrictEqual(config.scene, lines[0].config.scene))
      throw new InputError(
        `${lines[0].name} and ${name} see the scene differently`,
        'Give each a curve of its own, or equal --set scene.… settings.',
      );
  }
  return lines;
}

/** Every line by every build, in turn. */
export function trainersOf(lines: readonly Line[], builds: readonly Omit<Trainer, 'config'>[]): Trainer[] {
  return lines.flatMap(({ name, config }) =>
    builds.map(({ name: build, folder, backend }) => ({
      name: [...(lines.length > 1 || builds.length === 1 ? [name] : []), ...(builds.length > 1 ? [build] : [])].join(', '),
      folder: `${name.replace(/[^\w.-]/g, '_')}/${folder}`,
      backend,
      config,
    })),
  );
}
