/** `spikeray completion SHELL`: a script that completes commands, options, and the names that options and files have. */
import { Command, type Option } from 'commander';
import { word } from '../../base/option-values.ts';
import { presets } from '../../config/presets.ts';
import { HARDWARE_MODELS } from '../../energy/hardware/index.ts';
import { knownExporters } from '../../export/index.ts';
import { launchers } from '../../jobs/launchers/index.ts';
import { builtInNeurons } from '../../neurons/index.ts';
import { writeResult } from '../terminal/terminal.ts';
import { BACKEND_NAMES } from '../../backends/select-backend.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Values of options that have names. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--backend': ['auto', ...BACKEND_NAMES],
  '--hardware': HARDWARE_MODELS.map(({ name }) => name),
  '--neuron': builtInNeurons.map(({ name }) => name),
  '--on': launchers.map(({ name }) => name),
  '--preset': Object.keys(presets),
  '--split': ['train', 'val', 'test'],
  '--temporal': ['condense', 'pad', 'repeat'],
};

interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly text: string; readonly values: readonly string[] | null }[];
  /** Commands of its own, such as `sweep plan`. */
  readonly inner: readonly Completed[];
}

/** @param commands all of them, loaded only when they are asked for */
export function completionCommand(commands: () => Promise<Command[]>): Command {
  return new Command('completion')
    .description(
      'Writes a script for a shell. bash: `source <(spikeray completion bash)` in ~/.bashrc. zsh: the same in ~/.zshrc, after compinit. fish: `spikeray completion fish > ~/.config/fish/completions/spikeray.fish`.',
    )
    .argument('<shell>', SHELLS.join(', '))
    .action(async (shell: string) => {
      const all = (await commands()).map(completed);
      await writeResult({ bash, zsh, fish }[word('shell', shell, SHELLS)](all));
    });
}

function completed(command: Command): Completed {
  const values = (option: Option): readonly string[] | null => {
    if (!option.required && !option.optional) return [];
    if (option.long === '--format' && command.name() === 'export') return knownExporters().map(({ name }) => name);
    return VALUES[option.long!] ?? null;
  };
  const options = command.options.map((option) => ({ flag: option.long!, text: firstWords(option.description), values: values(option) }));
  return { name: command.name(), summary: command.summary(), options, inner: command.commands.map(completed) };
}

/** Up to the first colon, semicolon or parenthesis; without what shells would read. */
function firstWords(text: string): string {
  return text
    .split(/[:;(]/)[0]
    .trim()
    .replace(/['"`$\\[\]<>|]/g, '');
}

const namesOf = (commands: readonly Completed[]): string => commands.map(({ name }) => name).join(' ');

/** Files complete arguments, and options whose values have no names. */
function bash(commands: readonly Completed[]): string {
  return `_spikeray() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
${bashWord(commands, 1, `    completion) COMPREPLY=($(compgen -W '${SHELLS.join(' ')}' -- "$word")) ;;\n`, ' completion help')}}
complete -o default -o bashdefault -F _spikeray spikeray
`;
}

/** @param place of the word that names a command; @param cases for other words; @param names that are commands too */
function bashWord(commands: readonly Completed[], place: number, cases = '', names = ''): string {
  const values = (options: Completed['options']): string =>
    options
      .filter((option) => option.values !== null && option.values.length > 0)
      .map(({ flag, values: named }) => `        ${flag}) COMPREPLY=($(compgen -W '${named!.join(' ')}' -- "$word")); return ;;\n`)
      .join('');
  const body = ({ options, inner }: Completed): string =>
    inner.length > 0
      ? bashWord(inner, place + 1)
      : `      case $before in\n${values(options)}      esac\n      [[ $word == -* ]] && COMPREPLY=($(compgen -W '${options.map(({ flag }) => flag).join(' ')} --help' -- "$word"))\n`;
  return `  if [[ $COMP_CWORD == ${place} ]]; then
    COMPREPLY=($(compgen -W '${namesOf(commands)}${names}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[${place}]} in
${commands.map((command) => `    ${command.name})\n${body(command)}      ;;\n`).join('')}${cases}  esac
`;
}

function zsh(commands: readonly Completed[]): string {
  const completion = `      completion) _values shell ${SHELLS.join(' ')} ;;\n`;
  return `#compdef spikeray
_spikeray() {
  local name
${zshWord(commands, completion, "    'completion:complete commands and options'\n")}}
compdef _spikeray spikeray
`;
}

/** The second of $words names a command. */
function zshWord(commands: readonly Completed[], cases = '', more = ''): string {
  const option = ({ flag, text, values }: Completed['options'][number]): string => {
    const value = values === null ? ':value:_files' : values.length === 0 ? '' : `:value:(${values.join(' ')})`;
    return `        '*${flag}[${text}]${value}'`;
  };
  const body = ({ options, inner }: Completed): string =>
    inner.length > 0 ? zshWord(inner) : `        _arguments \\\n${options.map(option).join(' \\\n')} \\\n        '*:file:_files'\n`;
  const described = commands.map(({ name, summary }) => `    '${name}:${firstWords(summary)}'\n`);
  return `  if (( CURRENT == 2 )); then
    local -a commands
    commands=(
${described.join('')}${more}    )
    _describe command commands
  else
    name=$words[2]
    shift words
    (( CURRENT-- ))
    case $name in
${commands.map((command) => `      ${command.name})\n${body(command)}        ;;\n`).join('')}${cases}    esac
  fi
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = fishWord(commands, '__fish_use_subcommand', '');
  return `${lines.join('\n')}\ncomplete -c spikeray -n '__fish_seen_subcommand_from completion' -f -a '${SHELLS.join(' ')}'\n`;
}

/** @param here condition for a name of a command; @param within that for what belongs to one, "and" included */
function fishWord(commands: readonly Completed[], here: string, within: string): string[] {
  return commands.flatMap(({ name, summary, options, inner }) => {
    const seen = `${within}__fish_seen_subcommand_from ${name}`;
    return [
      `complete -c spikeray -n '${here}' -f -a ${name} -d '${firstWords(summary)}'`,
      ...fishWord(inner, `${seen}; and not __fish_seen_subcommand_from ${namesOf(inner)}`, `${seen}; and `),
      ...options.map(({ flag, text, values }) => {
        const value = values === null ? ' -r' : values.length === 0 ? '' : ` -x -a '${values.join(' ')}'`;
        return `complete -c spikeray -n '${seen}' -l ${flag.slice(2)} -d '${text}'${value}`;
      }),
    ];
  });
}
