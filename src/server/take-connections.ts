/** Connections that wait, taken between two turns of drawing, or two steps of training. */
import type { Server } from 'node:net';

/**
 * Takes the connections that wait, for so many milliseconds at most. Node takes a single one in each round of its loop: with a turn of drawing in
 * each, some tens a second, and whoever comes waits for minutes behind connections that clients opened and left.
 */
export function takeConnections(server: Server): (milliseconds: number) => Promise<void> {
  let taken = 0;
  server.on('connection', () => taken++);
  return async (milliseconds) => {
    const end = performance.now() + milliseconds;
    let before: number;
    do {
      before = taken;
      await new Promise((resolve) => setImmediate(resolve));
    } while (taken > before && performance.now() < end);
  };
}
