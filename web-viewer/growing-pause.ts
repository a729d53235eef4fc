/** Pauses between tries of what failed: each is twice as long as the one before, and ends only while somebody sees the page. */
import { wait } from './elements.ts';

/** Milliseconds. */
const FIRST = 1000;
const LONGEST = 8000;

export class GrowingPause {
  private next = FIRST;

  /** It did not fail. */
  reset(): void {
    this.next = FIRST;
  }

  async pass(): Promise<void> {
    const length = this.next;
    this.next = Math.min(LONGEST, 2 * length);
    await wait(length);
    if (document.hidden) await seenAgain();
  }
}

function seenAgain(): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
  });
}
