/**
 * Who runs the jobs of a sweep: this machine, or a cluster's own scheduler. A launcher decides when and where `spikeray sweep run FOLDER INDEX` is
 * called; all else is in that command, which may be called as often as one likes and ends with
 *
 *     0      the run is trained and measured
 *     75     try again: it was interrupted and has saved, another process has it, or its teacher is not trained yet (EX_TEMPFAIL of sysexits.h)
 *     1, 2   it failed; why is in its result.json
 */
import type { Reporter } from '../../base/events.ts';
import type { Machine } from '../machine.ts';
import type { Queued, Submission } from '../submission.ts';
import type { Sweep } from '../sweep.ts';

export const TRY_AGAIN = 75;

/** Other programs, as a launcher asks for them. Node's are src/node/processes.ts. */
export interface Processes {
  /** That this process may use. */
  readonly cores: number;
  /** This command line, word by word, as another process can start it. */
  readonly program: readonly string[];
  /** Starts this command line with other arguments; what it says is appended to the file `log`. It is interrupted when this process ends. */
  start(args: readonly string[], log: string): Started;
  /** Runs a program to its end. null: there is no such program. */
  run(program: string, args: readonly string[]): Promise<Ran | null>;
  /** Asks a process of this machine to save and end. */
  interrupt(pid: number): void;
  sleep(seconds: number): Promise<void>;
}

export interface Started {
  /** Its exit code; null: it was killed. */
  readonly ended: Promise<number | null>;
  interrupt(): void;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `submit` is asked for; undefined: what the launcher thinks best. */
export interface LaunchOptions {
  /** Runs at a time. */
  readonly parallel?: number;
  /** Time limit of a try, minutes. */
  readonly time?: number;
  readonly partition?: string;
  /** Cores of a run. */
  readonly cpus?: number;
  /** Memory of a run, GiB. */
  readonly memory?: number;
}

export interface Site {
  readonly machine: Machine;
  readonly processes: Processes;
  readonly report: Reporter;
}

export interface Launch extends Site {
  readonly sweep: Sweep;
  /** Indices of what is not done, in order. */
  readonly open: readonly number[];
  readonly options: LaunchOptions;
  readonly signal: AbortSignal;
}

/** A command whose cameras several processes share. */
export interface Sharing extends Site {
  /** Its command line without the program; with `--part I/N` it makes a part, with `--join N` it puts them together. */
  readonly args: readonly string[];
  readonly parts: number;
  /** Folder of what the parts say; absolute. */
  readonly logs: string;
  /** The parts compute on cores, not on a GPU. */
  readonly onCores: boolean;
  /** Threads that each part was told to take; null: the launcher says how many (--threads), up to `mostThreads`. */
  readonly threads: number | null;
  readonly mostThreads: number;
  /** Memory of a part; null: unknown. */
  readonly bytes: number | null;
  /** Memory of the process that joins them. */
  readonly joinBytes: number;
  readonly options: LaunchOptions;
  readonly signal: AbortSignal;
}

export interface Launched {
  /** `done`: every run that was open is measured; `failed`: it is not, and no more is done about it; `queued`: somebody else goes on with it. */
  readonly outcome: 'done' | 'failed' | 'interrupted' | 'queued';
  readonly text: string;
  /** Jobs of a scheduler that has them now. */
  readonly queued?: readonly Queued[];
}

/** What a launcher knows of a run. */
export interface Known {
  /** "pending: Resources" */
  readonly text: string;
  /** It waits or runs. */
  readonly active: boolean;
}

export interface Launcher {
  readonly name: string;
  readonly description: string;
  /** The options that it can follow. */
  readonly options: readonly (keyof LaunchOptions)[];
  /** Called under the lock of the sweep's folder: see submit.ts. Throws InputError if it cannot run here. */
  submit(launch: Launch): Promise<Launched>;
  /** Has all parts made. `done`: they are to be joined; `queued`: that is queued too. */
  share(sharing: Sharing): Promise<Launched>;
  /** What it knows of the runs that it was given, by index. */
  status(sweep: Sweep, submission: Submission, site: Site): Promise<ReadonlyMap<number, Known>>;
  /** Ends what runs, saved, and takes back what waits; says what it did. */
  cancel(sweep: Sweep, submission: Submission, site: Site): Promise<string>;
}
