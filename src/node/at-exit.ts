/**
 * What has to be cleaned up however the process ends: at its end, by `process.exit`, by an error that nobody catches, and by a signal once
 * `endOnSignals` was called. A SIGKILL leaves it to the next process.
 */
import { rmSync } from 'node:fs';
import { constants } from 'node:os';

/** Ctrl-C, `kill`, and a terminal that was closed. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const tasks = new Set<() => void>();

/**
 * Runs `task` when the process ends; it has to be synchronous.
 *
 * @returns how to call it off
 */
export function atExit(task: () => void): () => void {
  if (tasks.size === 0) process.on('exit', runTasks);
  tasks.add(task);
  return () => {
    tasks.delete(task);
    if (tasks.size === 0) process.off('exit', runTasks);
  };
}

/** Removes a file or folder tree when the process ends; returns how to call it off. */
export function removeAtExit(path: string): () => void {
  return atExit(() => {
    rmSync(path, { recursive: true, force: true });
  });
}

/** Signals end the process as `process.exit` does, with the code that shells know; where somebody else listens, that one decides. */
export function endOnSignals(): void {
  for (const signal of END_SIGNALS)
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    });
}

function runTasks(): void {
  for (const task of tasks) task();
}
