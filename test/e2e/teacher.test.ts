/** Distillation through the command line: from a finished run, from a twin trained first, interrupted and resumed; teachers that cannot be. */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { checkpointNames, checkpointPath, contentOf, openCheckpoint } from './run-files.ts';
import { TINY, tinyRun, tinyScene, workFolder } from './tiny.ts';

const folder = workFolder();
const scene = join(folder, 'scene');
const twin = join(folder, 'twin');
const TAUGHT = ['--teacher', twin, '--set', 'distillation.potential=0.5'];

interface Record {
  readonly teacher: { readonly checkpoint: string; readonly sha256: string } | null;
}
const recordOf = (run: string): Record => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')) as Record;

beforeAll(async () => {
  await tinyScene(scene);
  await tinyRun(scene, twin, '--ann');
});

describe('a run with a finished run as teacher', () => {
  it('records its checkpoint, and is the same run after an interruption', async () => {
    const straight = await tinyRun(scene, join(folder, 'straight'), ...TAUGHT);
    const file = readFileSync(checkpointPath(twin));
    expect(recordOf(straight).teacher).toEqual({
      checkpoint: checkpointPath(twin),
      sha256: createHash('sha256').update(file).digest('hex'),
    });
    const halved = await tinyRun(scene, join(folder, 'halved'), ...TAUGHT, '--max-steps', '20');
    await succeed(['resume', halved, '--max-steps', '40', '--quiet']);
    expect(await contentOf(halved)).toEqual(await contentOf(straight));
    expect((await openCheckpoint(halved)).spec.grid).toEqual((await openCheckpoint(twin)).spec.grid);
  });

  it('may be an ANN that begins as another', async () => {
    const run = await tinyRun(scene, join(folder, 'ann'), '--ann', '--teacher', twin, '--set', 'distillation.colour=0');
    expect(recordOf(run).teacher!.checkpoint).toBe(checkpointPath(twin));
    const [begun, teacher] = [await openCheckpoint(run), await openCheckpoint(twin)];
    expect(begun.spec.network).toEqual(teacher.spec.network);
    expect(begun.spec.grid).toEqual(teacher.spec.grid);
    expect(await begun.read('w1')).not.toEqual(await teacher.read('w1'));
  });

  it('refuses to go on without its teacher, or with another', async () => {
    const teacher = await tinyRun(scene, join(folder, 'teacher'), '--ann', '--seed', '3');
    const run = await tinyRun(scene, join(folder, 'taught'), '--teacher', teacher, '--max-steps', '10');
    const names = checkpointNames(run);
    const [file, away] = [checkpointPath(teacher), join(folder, 'away')];
    const resume = ['resume', run, '--max-steps', '20'];
    renameSync(file, away);
    await expectError(resume, { says: [file, 'missing', 'Restore'] });
    copyFileSync(checkpointPath(twin), file);
    await expectError(resume, { says: [file, 'is a checkpoint of another model', 'seed'] });
    const other = await tinyRun(
      scene,
      join(folder, 'other'),
      '--ann',
      '--seed',
      '3',
      '--threads',
      '1',
      '--set',
      'checkpoint.everyMinutes=1',
    );
    copyFileSync(checkpointPath(other), file);
    await expectError(resume, { says: [file, 'the teacher changed', recordOf(run).teacher!.sha256, 'train again'] });
    expect(checkpointNames(run)).toEqual(names);
    renameSync(away, file);
    await succeed([...resume, '--quiet']);
    rmSync(teacher, { recursive: true });
    await expectError(['resume', run, '--max-steps', '30'], { says: [teacher, 'no such run folder'] });
  });

  it('is refused where the teacher does not fit, before anything is written', async () => {
    const run = join(folder, 'refused');
    const refused = (teacher: string, says: readonly string[], ...more: string[]) =>
      expectError(['train', scene, '--out', run, ...TINY, '--teacher', teacher, ...more], { says, notWritten: run });
    await refused(twin, ['network.width=16', 'this run has network.width=32'], '--set', 'network.width=32');
    const spiking = await tinyRun(scene, join(folder, 'spiking'), '--max-steps', '1');
    const itIsSpiking = 'a network of spikes with network.neuron=four-bit';
    await refused(spiking, [itIsSpiking, 'this run has network.neuron=ternary'], '--neuron', 'ternary');
    await refused(spiking, [itIsSpiking, 'this run has network.neuron=relu'], '--ann');
    const begun = join(folder, 'begun');
    let asked = false;
    const stopped = await cli(['train', scene, '--out', begun, ...TINY, '--ann', '--set', 'fine.steps=100000'], {
      onStderr: (text, child) => {
        if (!asked && text.includes('fine stage')) asked = child.kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    await refused(begun, ['expected a finished run', `spikeray resume ${begun}`]);
    const elsewhere = join(folder, 'elsewhere');
    await tinyScene(elsewhere, 6);
    await refused(await tinyRun(elsewhere, join(folder, 'stranger'), '--ann'), ['another scene']);
  });
});

describe('a run with the twin as teacher', () => {
  const command = (run: string, ...more: string[]): string[] => ['train', scene, '--out', run, ...TINY, '--teacher', 'twin', ...more];

  it('trains it first, in its own folder, and is the same run however often it was interrupted', async () => {
    const straight = join(folder, 'twin-straight');
    await succeed([...command(straight), '--quiet']);
    expect(await contentOf(join(straight, 'teacher'))).toEqual(await contentOf(twin));
    expect(recordOf(straight).teacher!.checkpoint).toBe(checkpointPath(join(straight, 'teacher')));

    const run = join(folder, 'twin-stopped');
    let asked = false;
    const { code, stdout } = await cli(command(run, '--max-steps', '20', '--set', 'coarse.steps=3000'), {
      onStderr: (text, child) => {
        if (!asked && text.includes('coarse stage')) asked = child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stdout).toContain(`to go on: spikeray resume ${run}`);
    expect(recordOf(run).teacher).toBeNull();
    await succeed(['resume', run, '--quiet']);
    expect((await openCheckpoint(run)).state.step).toBe(20);
    expect((await openCheckpoint(join(run, 'teacher'))).state.step).toBe(40);
    await succeed(['resume', run, '--max-steps', '40', '--quiet']);
    const whole = join(folder, 'twin-whole');
    await succeed([...command(whole, '--set', 'coarse.steps=3000'), '--quiet']);
    expect(await contentOf(run)).toEqual(await contentOf(whole));
  });
});
