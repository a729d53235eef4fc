/** Ctrl-C, `kill` and a closed terminal: the first asks for an orderly end (save, say how to go on), the second ends at once. */
import { END_SIGNALS } from '../../node/at-exit.ts';
import { writeNotice } from './terminal.ts';

export const INTERRUPTED = 130;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

/** @param signals `patient`: only a second Ctrl-C ends at once, for schedulers send the same signal several times */
export function listenForInterrupt(signals: 'as people' | 'patient' = 'as people'): Interrupt {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      if (signals === 'patient' && signal !== 'SIGINT') return;
      process.exit(INTERRUPTED);
    }
    controller.abort();
    writeNotice('stopping after this step; press Ctrl-C again to stop at once, without saving');
  };
  for (const signal of END_SIGNALS) process.on(signal, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of END_SIGNALS) process.off(signal, stop);
    },
  };
}

/** For commands that serve until they are stopped. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of END_SIGNALS)
      process.once(signal, () => {
        resolve();
      });
  });
}
