/** Files below a folder and nothing else: neither `..` nor a link leads out of it. */
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Response } from 'express';

/**
 * The real path of a file below `root`, or null where there is none, or it lies elsewhere.
 *
 * @param parts of its path, as they stand in the URL: each the name of a folder or file, the first a folder that may be seen into
 */
export async function pathInside(root: string, parts: readonly string[]): Promise<string | null> {
  if (parts.some((part) => part === '' || part === '..' || part === '.' || /[\0/\\]/.test(part))) return null;
  try {
    const [base, real] = await Promise.all([realpath(join(root, parts[0])), realpath(join(root, ...parts))]);
    return (await realpath(root)) + sep + parts[0] === base && real.startsWith(base + sep) ? real : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return null;
    throw error;
  }
}

/** Sends a file with its type, length, date and tag; ranges and conditional requests are answered. */
export function sendFile(response: Response, path: string, maxAgeSeconds: number, immutable = false): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { maxAge: maxAgeSeconds * 1000, immutable, dotfiles: 'allow' as const };
    response.sendFile(path, options, (error?: NodeJS.ErrnoException) => {
      // A reader that went away is no failure.
      if (error === undefined || response.headersSent || error.code === 'ECONNABORTED') resolve();
      else reject(error);
    });
  });
}
