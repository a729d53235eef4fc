/** Bytes this process can still get: what the machine has free (caches count as free), within the limit of its container. */
import { freemem, totalmem } from 'node:os';

export function availableMemory(): number {
  const limit = process.constrainedMemory();
  const limited = limit > 0 && limit < totalmem() ? limit - process.memoryUsage.rss() : Infinity;
  return Math.max(0, Math.min(freemem(), limited));
}
