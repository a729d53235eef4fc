/** Commands load what they need, not what others need. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { cli, succeed } from './cli.ts';
import { expectError } from './expect-error.ts';
import { workFolder } from './tiny.ts';

const folder = workFolder();
const HEAVY = ['h5wasm', 'echarts', 'express', 'sharp', 'webgpu', '@tensorflow'];

/** Refuses to find a heavy package. */
const hook = `export const resolve = (name, context, next) => {
  if (${JSON.stringify(HEAVY)}.some((heavy) => name === heavy || name.startsWith(heavy + '/'))) throw new Error('heavy: ' + name);
  return next(name, context);
};`;
const register = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));`;
const preload = join(folder, 'no-heavy-packages.mjs');
writeFileSync(preload, register);
const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };

test.each([[['--help']], [['--version']], [['neurons']], [['neurons', '--help']], [['config', '--json']]])(
  '%j needs no heavy package',
  async (args) => {
    expect((await succeed(args, { env })).stdout).not.toBe('');
  },
);

test.each([
  ['train', 'scene'],
  ['compare', 'scene'],
  ['eval', 'run'],
  ['energy', 'run'],
])('%s needs none to say that there is no such %s', async (command) => {
  await expectError([command, join(folder, 'none')], { says: [join(folder, 'none')], env });
});

test('the hook sees them: a command that needs one fails', async () => {
  expect((await cli(['serve', '--help'], { env })).stderr).toContain('heavy: express');
});

test('help lists every command with its summary, and help of one shows its options', async () => {
  const { stdout } = await succeed(['--help']);
  for (const line of [/^ {2}train +train a field on a scene$/m, /^ {2}demo +the whole way/m, /^ {2}doctor +check this machine$/m])
    expect(stdout).toMatch(line);
  expect((await succeed(['help', 'demo'])).stdout).toContain('[folder]');
  expect((await succeed(['eval', '--help'])).stdout).toContain('--split');
});

test('completes commands, options and names in bash', async () => {
  const { stdout } = await succeed(['completion', 'bash']);
  const complete = (...words: string[]): string[] => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const script = `${stdout}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _spikeray; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  };
  expect(complete('spikeray', 'pro')).toEqual(['probe']);
  expect(complete('spikeray', 'train', '--neu')).toEqual(['--neuron']);
  expect(complete('spikeray', 'train', '--neuron', 'ter')).toEqual(['ternary', 'ternary-signed']);
  expect(complete('spikeray', 'export', 'run', '--format', 'm')).toEqual(['mesh']);
  expect(complete('spikeray', 'sweep', 's')).toEqual(['submit', 'status']);
  expect(complete('spikeray', 'sweep', 'submit', 'folder', '--par')).toEqual(['--parallel', '--partition']);
  expect(complete('spikeray', 'eval', 'run', '--on', 's')).toEqual(['slurm']);
  await expectError(['completion', 'tcsh'], { says: ['tcsh', 'bash'] });
});

const isMissing = (shell: string): boolean => spawnSync(shell, ['--version']).error !== undefined;

test.skipIf(isMissing('fish'))('completes the same in fish', async () => {
  const file = join(folder, 'spikeray.fish');
  writeFileSync(file, (await succeed(['completion', 'fish'])).stdout);
  const complete = (line: string): string[] => {
    const found = execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`], { encoding: 'utf8' });
    return found
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
  };
  expect(complete('spikeray pro')).toEqual(['probe']);
  expect(complete('spikeray train --neu')).toEqual(['--neuron']);
  expect(complete('spikeray train --neuron ter')).toEqual(['ternary', 'ternary-signed']);
  expect(complete('spikeray export run --format m')).toEqual(['mesh']);
});

/** Types words and a tab into an interactive zsh, and waits for what has to appear. */
const ZSH = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "stty columns 200; autoload -Uz compinit; compinit -u -D; source $1; print READ''Y"
zpty -r -m shell said '*READY*'
while (( $# > 1 )); do
  zpty -w -n shell "$2"$'\\t'
  zpty -r -m shell said "*$3*"
  zpty -w -n shell $'\\C-u'
  shift 2
done
print all found`;

test.skipIf(isMissing('zsh'))('completes the same in zsh', async () => {
  const file = join(folder, '_spikeray');
  writeFileSync(file, (await succeed(['completion', 'zsh'])).stdout);
  const typed = ['spikeray pro', 'probe', 'spikeray train --neu', '--neuron', 'spikeray train --neuron thr', 'three-bit'];
  const { stdout, error } = spawnSync('zsh', ['-f', '-c', ZSH, 'zsh', file, ...typed, 'spikeray export run --format m', 'mesh'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([error, stdout]).toEqual([undefined, 'all found\n']);
});
