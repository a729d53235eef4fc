import { visible } from './visible.ts';

/**
 * The one error base class. An error says what was expected, what was found, where, and how to mend it; the command line prints `message`
 * and then `fix`, and exits with `exitCode`. Both are made visible: they quote files.
 */
export class SpikeRayError extends Error {
  /** One sentence on how to mend it; printed on a line of its own. */
  readonly fix: string | undefined;
  /** 2: bad input or usage. 1: a failure of the program or machine. */
  readonly exitCode: 1 | 2 = 1;

  constructor(message: string, fix?: string, options?: ErrorOptions) {
    super(visible(message), options);
    this.name = new.target.name;
    this.fix = fix === undefined ? undefined : visible(fix);
  }
}

/** The user's input (scene, run folder, option, file) is not usable as given. Exit code 2. */
export class InputError extends SpikeRayError {
  override readonly exitCode = 2;
}

/** What cannot be done now may be done later, without anything being changed. Exit code 2. */
export class NotYetError extends InputError {}

/** The folder is being written by another process, which the message names. Exit code 2. */
export class LockedError extends NotYetError {}

/** A named backend cannot run here. A named backend is a contract: there is no silent replacement. Exit code 2. */
export class BackendError extends SpikeRayError {
  override readonly exitCode = 2;
}

/** What was asked for does not fit in memory; the message carries the numbers. Exit code 2. */
export class MemoryError extends SpikeRayError {
  override readonly exitCode = 2;
}

/** A checkpoint or result could not be written. What was there before is still there. Exit code 1. */
export class StorageError extends SpikeRayError {}

/** The GPU was lost or reported an error while it computed; what it computed since is not used. Exit code 1. */
export class DeviceError extends SpikeRayError {}
