/** What a file is to hold, made while it is written. */
import type { PiecesToCome } from '../../src/io/files.ts';

/** @param parts text, or errors, which are thrown in their place */
export function piecesOf(...parts: readonly (string | Error)[]): PiecesToCome {
  return {
    bytes: parts.reduce((sum, part) => sum + (part instanceof Error ? 0 : part.length), 0),
    async *[Symbol.asyncIterator]() {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield new TextEncoder().encode(part);
        await Promise.resolve();
      }
    },
  };
}
