/** A field of vector-matrix factors through the real command line: trained, measured, priced, taken along. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { TINY, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const run = join(folder, 'run');

const FACTORS = ['--preset', 'tensorf', '--backend', 'wasm', '--threads', '1', ...TINY].concat(
  ['field.densityRanks=[4,4,4]', 'field.featureRanks=[8,4,8]', 'fine.alphaInit=1e-2'].flatMap((setting) => ['--set', setting]),
);

it('is trained, measured with the energy of its basis, gone on with and exported as one page', async () => {
  await succeed(['synth', scene, '--scene', 'object', '--views', '8', '--size', '24', '--quiet']);
  await succeed(['train', scene, '--out', run, '--quiet', ...FACTORS]);
  await succeed(['eval', run, '--quiet']);
  await succeed(['energy', run, '--quiet']);
  expect(readFileSync(join(run, 'report/energy.html'), 'utf8')).toContain('basis matrix');
  await succeed(['resume', run, '--max-steps', '44', '--quiet']);
  const { stdout } = await succeed(['export', run, '--format', 'html', '--quiet']);
  expect(stdout).toContain('scene.html');
});

it('says which ranks do not fit', async () => {
  const none = join(folder, 'none');
  await expectError(['train', scene, '--out', none, ...FACTORS, '--set', 'field.featureRanks=[8,6,8]'], {
    says: ['field.featureRanks=[8,6,8]', 'a multiple of 4'],
    notWritten: none,
  });
});
