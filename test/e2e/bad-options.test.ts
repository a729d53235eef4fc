/** Usage errors: exit code 2, the nearest name or the allowed range, nothing written. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const run = join(folder, 'run');

beforeAll(() => tinyScene(scene));

describe('options that cannot be used', () => {
  it.each<[string[], string[]]>([
    [
      ['--preset', 'blendr'],
      ['unknown preset "blendr"', 'Did you mean blender?'],
    ],
    [
      ['--neuron', 'rely'],
      ['--neuron rely', 'Did you mean relu?'],
    ],
    [
      ['--backend', 'wsam'],
      ['unknown backend "wsam"', 'Did you mean wasm?'],
    ],
    [['--temporal', 'paad'], ['Did you mean pad?']],
    [['--order', 'far-to-far'], ['far-to-near']],
    [
      ['--set', 'fine.voxel=1000'],
      ['unknown key', 'Did you mean fine.voxels?'],
    ],
    [
      ['--set', 'fine.rays=0'],
      ['fine.rays=0', 'a whole number from 1 to 1048576'],
    ],
    [
      ['--set', 'adam.beta1=2'],
      ['adam.beta1=2', 'less than 1'],
    ],
    [['--set', 'fine.rays'], ['key=value']],
    [
      ['--downscale', '0'],
      ['--downscale 0', 'from 1 to 64'],
    ],
    [['--downscale', '1.5'], ['a whole number']],
    [
      ['--max-minutes', '-1'],
      ['--max-minutes -1', 'greater than 0'],
    ],
    [
      ['--max-minutes', '0.0001'],
      ['used up before training could begin', '--max-minutes'],
    ],
    [
      ['--max-steps', 'few'],
      ['--max-steps few', 'a whole number'],
    ],
    [
      ['--seed', '4294967296'],
      ['--seed', 'from 0 to 4294967295'],
    ],
    [
      ['--threads', '0'],
      ['--threads 0', 'from 1 to 64'],
    ],
    [['--backend', 'tfjs', '--threads', '2'], ['--threads has no meaning']],
    [
      ['--ann', '--neuron', 'lif'],
      ['--ann', 'contradict'],
    ],
    [
      ['--ann', '--teacher', 'twin'],
      ['distillation.teacher=twin', 'network.neuron=relu'],
    ],
    [
      ['--teacher', 'no-such-run'],
      ['no-such-run', 'no such run folder'],
    ],
    [
      ['--spike-targets', '0.1'],
      ['fine.spikeTargets=[0.1]', '2 numbers'],
    ],
    [
      ['--spike-penalty', '-1'],
      ['--spike-penalty -1', 'at least 0'],
    ],
    [['--unknown-option'], ['unknown option', 'spikeray help train']],
    [['another-scene'], ['too many arguments']],
    [['--out', ''], ['empty name']],
  ])('train %j', async (options, says) => {
    await expectError(['train', scene, ...(options[0] === '--out' ? [] : ['--out', run]), ...TINY, ...options], { says, notWritten: run });
  });

  it('train does not take a folder in use', async () => {
    const used = join(folder, 'used');
    mkdirSync(used);
    writeFileSync(join(used, 'thesis.txt'), 'all of it');
    await expectError(['train', scene, '--out', used, ...TINY], { says: [used, 'in use', '--force'] });
    await expectError(['train', scene, '--out', join(used, 'thesis.txt'), ...TINY], { says: ['found a file'] });
    expect(readdirSync(used)).toEqual(['thesis.txt']);
    await succeed(['train', scene, '--out', used, '--force', ...TINY, '--quiet']);
    expect(readFileSync(join(used, 'thesis.txt'), 'utf8')).toBe('all of it');
  });

  it('train --force keeps the old run as long as the new one cannot begin', async () => {
    const old = await tinyRun(scene, join(folder, 'old'), '--max-steps', '5');
    await expectError(['train', join(folder, 'none'), '--out', old, '--force', ...TINY], { says: ['found nothing there'] });
    expect(existsSync(join(old, 'checkpoints/fine-00000005.safetensors'))).toBe(true);
  });

  it('train says what memory it needs when there is not enough', async () => {
    const huge = ['--set', 'fine.voxels=134217728', '--set', 'fine.rays=4096'];
    await expectError(['train', scene, '--out', run, ...TINY, ...huge], {
      says: ['GiB', '134217728 voxels', '--set fine.voxels=', '--downscale'],
      notWritten: run,
    });
  });

  it('other commands', async () => {
    expect(await cli([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: spikeray') as string });
    await expectError(['trian', scene], { says: ['Did you mean train?'] });
    await expectError(['train'], { says: ["missing required argument 'scene'"] });
    await expectError(['eval', folder], { says: ['config.json'] });
    await expectError(['eval', join(folder, 'none')], { says: ['no such run folder'] });
    await expectError(['resume', join(folder, 'none')], { says: ['no such run folder'] });
    await expectError(['config', '--preset', 'papr'], { says: ['Did you mean paper?'] });
    const dir = join(folder, 'synth');
    await expectError(['synth', dir, '--scene', 'objekt'], { says: ['Did you mean object?'], notWritten: dir });
    await expectError(['synth', dir, '--size', '4'], { says: ['from 8 to 4096'], notWritten: dir });
    await expectError(['synth', dir, '--views', '0'], { says: ['from 1 to 10000'], notWritten: dir });
    await expectError(['synth', scene], { says: ['in use'] });
  });

  it('eval and render', async () => {
    const trained = await tinyRun(scene, join(folder, 'trained'), '--max-steps', '3');
    await expectError(['eval', trained, '--split', 'tset'], { says: ['Did you mean test?'] });
    await expectError(['eval', trained, '--every', '0'], { says: ['--every 0'] });
    await expectError(['eval', trained, '--backend', 'cuda'], { says: ['unknown backend'] });
    await expectError(['render', trained, '--path', 'orbitt'], { says: ['Did you mean orbit?'] });
    await expectError(['render', trained, '--size', '10'], { says: ['WIDTHxHEIGHT'] });
    await expectError(['render', trained, '--size', '0x10'], { says: ['--size 0'] });
    await expectError(['render', trained, '--frames', '3600', '--size', '8192x8192'], {
      says: ['3600 frames of 8192x8192', 'TiB', '--frames', '--size'],
      notWritten: join(trained, 'render'),
    });
    await expectError(['render', trained, '--path', join(folder, 'none.json')], { says: ['none.json', 'no such file'] });
    const path = join(folder, 'path.json');
    writeFileSync(path, '{"camera_path": [');
    await expectError(['render', trained, '--path', path], { says: [path, 'JSON'] });
    writeFileSync(path, '{"camera_path": []}');
    const frame = { camera_to_world: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4, 0, 0, 0, 1], fov: 40 };
    writeFileSync(path, JSON.stringify({ camera_path: [frame], render_width: 0.4, render_height: 16 }));
    await expectError(['render', trained, '--path', path], { says: ['from 1 to 8192 at render_width', 'found 0.4'] });
    writeFileSync(path, JSON.stringify({ camera_path: [frame], render_width: 16, render_height: 1e9 }));
    await expectError(['render', trained, '--path', path], { says: ['from 1 to 8192 at render_height'] });
    writeFileSync(path, '{"camera_path": []}');
    await expectError(['render', trained, '--path', path], { says: ['camera_path'], notWritten: join(trained, 'render') });
  });
});
