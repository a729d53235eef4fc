/** Writes that wait for whoever reads slowly, not for ever. */
import type { Response } from 'express';

/** Milliseconds after which a client that reads nothing is given up. */
const SLOWEST = 30_000;

/** How to write to a client: one that reads nothing for too long, while something waits for it, is given up. */
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
