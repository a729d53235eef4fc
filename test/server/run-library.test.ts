import { expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { presets } from '../../src/config/presets.ts';
import { LiveTraining } from '../../src/frames/live-training.ts';
import { RunLibrary } from '../../src/server/run-library.ts';

it('a folder that went away while a run is trained is one error, which the caller gets', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  const live = new LiveTraining('/nowhere/run', presets.blender, new AbortController().signal);
  await expect(new RunLibrary(['/nowhere'], live).list()).rejects.toThrow(InputError);
  // Node tells of the others when nothing else is to be done at once.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
