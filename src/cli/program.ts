/** All commands. A new one is one file in commands/ and one line here. */
import { Command } from 'commander';
import { VERSION } from '../run/version.ts';

interface Entry {
  readonly name: string;
  /** In the list of all commands. */
  readonly summary: string;
  /** Each loads what it needs when it is asked for: h5wasm, echarts and express cost more time than many commands. */
  load(): Promise<Command>;
}

const GROUPS: Readonly<Record<string, readonly Entry[]>> = {
  'Scenes:': [
    {
      name: 'inspect',
      summary: 'describe a scene and its problems',
      load: async () => (await import('./commands/inspect.ts')).inspectCommand(),
    },
    { name: 'synth', summary: 'write a generated scene', load: async () => (await import('./commands/synth.ts')).synthCommand() },
  ],
  'Training:': [
    { name: 'train', summary: 'train a field on a scene', load: async () => (await import('./commands/train.ts')).trainCommand() },
    { name: 'resume', summary: 'go on with a run', load: async () => (await import('./commands/resume.ts')).resumeCommand() },
    { name: 'config', summary: 'list all settings', load: async () => (await import('./commands/config.ts')).configCommand() },
    { name: 'neurons', summary: 'list the neurons', load: async () => (await import('./commands/neurons.ts')).neuronsCommand() },
  ],
  'Results:': [
    { name: 'eval', summary: 'measure a run on held-out views', load: async () => (await import('./commands/eval.ts')).evalCommand() },
    {
      name: 'paper',
      summary: 'a published table, measured again',
      load: async () => (await import('./commands/paper.ts')).paperCommand(),
    },
    {
      name: 'compare',
      summary: 'train networks under equal settings and compare them',
      load: async () => (await import('./commands/compare.ts')).compareCommand(),
    },
    {
      name: 'sweep',
      summary: 'many trainings, here or on a cluster',
      load: async () => (await import('./commands/sweep.ts')).sweepCommand(),
    },
    { name: 'render', summary: 'render novel views', load: async () => (await import('./commands/render.ts')).renderCommand() },
    {
      name: 'energy',
      summary: 'count operations and estimate energy',
      load: async () => (await import('./commands/energy.ts')).energyCommand(),
    },
    {
      name: 'probe',
      summary: "see what the network does along a pixel's ray",
      load: async () => (await import('./commands/probe.ts')).probeCommand(),
    },
    {
      name: 'skip',
      summary: 'train a mask of places that rendering leaves out',
      load: async () => (await import('./commands/skip.ts')).skipCommand(),
    },
    {
      name: 'export',
      summary: 'write a run for other programs, or for the web',
      load: async () => (await import('./commands/export.ts')).exportCommand(),
    },
    { name: 'serve', summary: 'look at runs in the browser', load: async () => (await import('./commands/serve.ts')).serveCommand() },
  ],
  'Machine:': [
    {
      name: 'demo',
      summary: 'the whole way on a generated scene, in a few minutes',
      load: async () => (await import('./commands/demo.ts')).demoCommand(),
    },
    {
      name: 'completion',
      summary: 'complete commands and options in bash, zsh or fish',
      load: async () => (await import('./commands/completion.ts')).completionCommand(loadAll),
    },
    { name: 'doctor', summary: 'check this machine', load: async () => (await import('./commands/doctor.ts')).doctorCommand() },
  ],
};

/** Every command with its options. */
async function loadAll(): Promise<Command[]> {
  const entries = Object.values(GROUPS).flat();
  return Promise.all(entries.filter(({ name }) => name !== 'completion').map(async ({ load, summary }) => (await load()).summary(summary)));
}

/** @param args of the command line; of the commands only the one that is named there is loaded, the others are known by name and summary */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('spikeray').description('Spiking neural radiance fields: train, render and measure.').version(VERSION);
  const entries = Object.values(GROUPS).flat();
  const asked = entries.find(({ name }) => name === args.find((arg) => entries.some((entry) => entry.name === arg)));
  for (const [heading, group] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const entry of group) {
      const command = entry === asked ? await entry.load() : new Command(entry.name);
      program.addCommand(command.summary(entry.summary));
    }
  }
  handleErrors(program, 'spikeray help');
  return program;
}

function handleErrors(command: Command, help: string): void {
  command.exitOverride().showHelpAfterError(`\`${help}\` shows what there is.`);
  for (const inner of command.commands) handleErrors(inner, `${help} ${inner.name()}`);
}
