/** `eval` and `render` by several processes: the cameras are shared between parts, which a launcher has made, and the parts are joined. */
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { InputError } from '../../base/errors.ts';
import type { Reporter } from '../../base/events.ts';
import { wholeNumber } from '../../base/option-values.ts';
import { MOST_PARTS, parsePart, type Part } from '../../eval/part.ts';
import { launcherNamed } from '../../jobs/launchers/index.ts';
import type { FieldSpec } from '../../model/field-spec.ts';
import { MOST_UNASKED } from '../../backends/wasm/lanes.ts';
import { backendRequest, type BackendOptions } from '../../node/backend-request.ts';
import { nodeFiles } from '../../node/node-files.ts';
import { nodeMachine } from '../../node/node-machine.ts';
import { drawingBytes } from '../../node/open-run-field.ts';
import { nodeProcesses, whenLauncherEnds } from '../../node/processes.ts';
import { startBackend } from '../../node/start-backend.ts';
import type { RunFolder } from '../../run/run-folder.ts';
import { listenForInterrupt } from './interrupt.ts';
import { addLaunchOptions, EXIT_CODES, LAUNCHER_NAMES, launchOptions, type LaunchTexts } from './launch-options.ts';
import type { Result } from './run-action.ts';

export interface PartOptions extends LaunchTexts {
  readonly parts?: string;
  readonly part?: string;
  readonly join?: string;
}

/** Options of who shares work out; the others are those of the work. */
const OF_THE_LAUNCHER = ['--parts', '--on', '--parallel', '--time', '--partition', '--cpus', '--memory'];

/** @param what cameras make, as in "the frames" */
export function addPartOptions(command: Command, what: string): Command {
  const shared = command
    .optionsGroup('Several processes:')
    .option('--parts <n>', `share the ${what} between n processes, and join what they make`)
    .option('--on <name>', `who runs them: ${LAUNCHER_NAMES} (default: local)`)
    .addOption(
      new Option('--part <i/n>', `the i-th of n parts of the ${what}, whoever does the others; what every engine calls`).conflicts('parts'),
    )
    .addOption(new Option('--join <n>', 'compute nothing: put n parts together').conflicts(['parts', 'part']));
  return addLaunchOptions(shared, 'part', '');
}

/** A command whose cameras can be shared. */
export interface SharedWork {
  readonly run: RunFolder;
  /** Where the result goes. */
  readonly folder: string;
  /** The field that is drawn. */
  readonly spec: FieldSpec;
  /** Memory that joining takes, besides what is loaded now. */
  readonly joinBytes: number;
  whole(): Promise<Result>;
  /** Gives back the folder of the part. */
  part(part: Part): Promise<string>;
  join(of: number): Promise<Result>;
}

/** Does what the options ask for. */
export async function inParts(options: PartOptions & BackendOptions, work: SharedWork, report: Reporter): Promise<Result> {
  const lonely = options.parts === undefined && OF_THE_LAUNCHER.find((name) => name.slice(2) in options);
  if (lonely) throw new InputError(`${lonely} has no meaning without --parts`, 'Say with --parts N how many processes share the work.');
  if (options.part !== undefined) {
    whenLauncherEnds(() => process.kill(process.pid, 'SIGTERM'));
    const folder = await work.part(parsePart('--part', options.part));
    return { json: { run: work.run.folder, part: options.part, folder }, text: `part ${options.part}: ${folder}\n` };
  }
  if (options.join !== undefined) return work.join(wholeNumber('--join', options.join, 1, MOST_PARTS));
  if (options.parts !== undefined) return share(options, wholeNumber('--parts', options.parts, 1, MOST_PARTS), work, report);
  return work.whole();
}

async function share(options: PartOptions & BackendOptions, parts: number, work: SharedWork, report: Reporter): Promise<Result> {
  const { on = 'local' } = options;
  const request = backendRequest(options, { ...work.run.record.backend, choice: work.run.record.backend.name, threads: null });
  const onCores = request.choice === 'wasm';
  const asked = launchOptions(options);
  const launcher = launcherNamed(on, asked);
  // Not among the parts: these go away while the job that joins them writes here.
  const logs = `${resolve(work.folder)}.logs`;
  // The scene's images among it, which each part will hold too.
  const loaded = process.memoryUsage().rss;
  const interrupt = listenForInterrupt();
  const launched = await launcher.share({
    ...{ machine: nodeMachine, processes: nodeProcesses, report, options: asked, signal: interrupt.signal, parts },
    args: without(OF_THE_LAUNCHER, process.argv.slice(2)),
    logs,
    ...{ onCores, threads: request.threads, mostThreads: MOST_UNASKED, joinBytes: loaded + work.joinBytes },
    bytes: onCores ? loaded + drawingBytes(await startBackend(request, report), work.spec) : null,
  });
  interrupt.release();
  if (launched.outcome === 'done') {
    const joined = await work.join(parts);
    await nodeFiles.remove(logs);
    return joined;
  }
  return { json: { folder: work.folder, ...launched }, text: launched.text, exitCode: EXIT_CODES[launched.outcome] };
}

/** A command line without options that have a value. */
export function without(options: readonly string[], args: readonly string[]): string[] {
  return args.filter((arg, i) => !options.includes(arg) && !options.includes(args[i - 1]) && !options.includes(arg.split('=')[0]));
}
