/** `spikeray completion SHELL`: a script that completes commands, options, and the names that options and files have. */
import { Command, type Option } from 'commander';
import { word } from '../../base/option-values.ts';
import { presets } from '../../config/presets.ts';
import { HARDWARE_MODELS } from '../../energy/hardware/index.ts';
import { knownExporters } from '../../export/index.ts';
import { builtInNeurons } from '../../neurons/index.ts';
import { writeResult } from '../terminal/terminal.ts';
import { BACKEND_NAMES } from '../../backends/select-backend.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Values of options that have names. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--backend': ['auto', ...BACKEND_NAMES],
  '--hardware': HARDWARE_MODELS.map(({ name }) => name),
  '--neuron': builtInNeurons.map(({ name }) => name),
  '--preset': Object.keys(presets),
  '--split': ['train', 'val', 'test'],
  '--temporal': ['condense', 'pad', 'repeat'],
};

interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly text: string; readonly values: readonly string[] | null }[];
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
  return { name: command.name(), summary: command.summary(), options };
}

/** Up to the first colon, semicolon or parenthesis; without what shells would read. */
function firstWords(text: string): string {
  return text
    .split(/[:;(]/)[0]
    .trim()
    .replace(/['"`$\\[\]<>|]/g, '');
}

/** Files complete arguments, and options whose values have no names. */
function bash(commands: readonly Completed[]): string {
  const values = (options: Completed['options']): string =>
    options
      .filter((option) => option.values !== null && option.values.length > 0)
      .map(({ flag, values: names }) => `        ${flag}) COMPREPLY=($(compgen -W '${names!.join(' ')}' -- "$word")); return ;;\n`)
      .join('');
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name})\n      case $before in\n${values(options)}      esac\n      [[ $word == -* ]] && COMPREPLY=($(compgen -W '${options.map(({ flag }) => flag).join(' ')} --help' -- "$word"))\n      ;;\n`,
  );
  return `_spikeray() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} completion help' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('')}    completion) COMPREPLY=($(compgen -W '${SHELLS.join(' ')}' -- "$word")) ;;
  esac
}
complete -o default -o bashdefault -F _spikeray spikeray
`;
}

function zsh(commands: readonly Completed[]): string {
  const option = ({ flag, text, values }: Completed['options'][number]): string => {
    const value = values === null ? ':value:_files' : values.length === 0 ? '' : `:value:(${values.join(' ')})`;
    return `        '*${flag}[${text}]${value}'`;
  };
  const cases = commands.map(
    ({ name, options }) => `      ${name})\n        _arguments \\\n${options.map(option).join(' \\\n')} \\\n        '*:file:_files' ;;\n`,
  );
  const described = commands.map(({ name, summary }) => `    '${name}:${firstWords(summary)}'`);
  return `#compdef spikeray
_spikeray() {
  local -a commands
  commands=(
${described.join('\n')}
    'completion:complete commands and options'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    local name=$words[2]
    shift words
    (( CURRENT-- ))
    case $name in
${cases.join('')}      completion) _values shell ${SHELLS.join(' ')} ;;
    esac
  fi
}
compdef _spikeray spikeray
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c spikeray -n __fish_use_subcommand -f -a ${name} -d '${firstWords(summary)}'`,
    ...options.map(({ flag, text, values }) => {
      const value = values === null ? ' -r' : values.length === 0 ? '' : ` -x -a '${values.join(' ')}'`;
      return `complete -c spikeray -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)} -d '${text}'${value}`;
    }),
  ]);
  return `${lines.join('\n')}\ncomplete -c spikeray -n '__fish_seen_subcommand_from completion' -f -a '${SHELLS.join(' ')}'\n`;
}
