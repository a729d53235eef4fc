/** The command line of this process, as a person would type it again. */
import { basename } from 'node:path';
import { quoted } from '../base/format.ts';

/** Options that change how a result is shown, not what is done: they are left out. */
const OUTPUT = ['--json', '--quiet', '--verbose'];

export function thisCommand(): string {
  const [, script = 'node', ...args] = process.argv;
  const program = /[/\\](cli[/\\]main\.[jt]s|spikeray)$/.test(script) ? 'spikeray' : basename(script);
  return [program, ...args.filter((argument) => !OUTPUT.includes(argument)).map(quoted)].join(' ');
}
