/** Pauses between tries of what failed: each is twice as long as the one before, and ends only while somebody sees the page. */
/** Milliseconds. */
const FIRST = 1000;
const LONGEST = 8000;

export class GrowingPause {
  private next = FIRST;

  /** It did not fail. */
  reset(): void {
    this.next = FIRST;
  }

  /** @param signal ends it at once; the next is the first again */
  async pass(signal?: AbortSignal): Promise<void> {
    const length = this.next;
    this.next = Math.min(LONGEST, 2 * length);
    await over(length, signal);
    if (document.hidden) await seenAgain(signal);
    if (signal?.aborted === true) this.reset();
  }
}

function over(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return orAborted(signal, (end) => {
    const timer = setTimeout(end, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  });
}

function seenAgain(signal: AbortSignal | undefined): Promise<void> {
  return orAborted(signal, (end) => {
    const look = (): void => {
      if (!document.hidden) end();
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
    };
  });
}

/** Ends with what `begin` waits for, or with the signal. `begin` gives what stops its waiting. */
function orAborted(signal: AbortSignal | undefined, begin: (end: () => void) => () => void): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const stop = begin(end);
    signal?.addEventListener('abort', end);
  });
}
