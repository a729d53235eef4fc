/** Writes that wait for whoever reads slowly, not for ever. */
import type { Response } from 'express';

/**
 * Milliseconds after which a client is given up that has not read all that waits for it: one that reads steadily, but more slowly than it is written
 * to, as well as one that reads nothing.
 */
const SLOWEST = 30_000;

/** How to write to a client: one for whom something has waited too long is given up; it may ask again. */
export function writerTo(response: Response): (data: string | Uint8Array) => void {
  let slow: NodeJS.Timeout | undefined;
  const calm = (): void => {
    clearTimeout(slow);
    slow = undefined;
  };
  response.on('drain', calm).once('close', calm);
  return (data) => {
    if (!response.writableEnded && !response.write(data)) slow ??= setTimeout(() => response.destroy(), SLOWEST);
  };
}
