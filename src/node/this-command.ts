/** The command line of this process, as a person would type it again. */
import { basename } from 'node:path';
import { quoted } from '../base/format.ts';

/** Options that change how a result is shown, not what is done: they are left out. */
const OUTPUT = ['--json', '--quiet', '--verbose'];

const PROGRAMS = [
  [/[/\\](cli[/\\]main\.[jt]s|spikeray)$/, 'spikeray'],
  [/[/\\]scripts[/\\]bench\.[jt]s$/, 'npm run bench --'],
] as const;

export function thisCommand(): string {
  const [, script = 'node', ...args] = process.argv;
  const known = PROGRAMS.find(([path]) => path.test(script));
  const program = known === undefined ? basename(script) : known[1];
  return [program, ...args.filter((argument) => !OUTPUT.includes(argument)).map(quoted)].join(' ');
}
