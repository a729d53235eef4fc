/** stdout and stderr: results go to the first, everything else to the second. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Resolves when the text is handed over, so that nothing is cut off at exit. */
export function writeResult(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

export function writeNotice(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Whether a live line can be drawn; terminals without a size (of some CI machines) cannot. */
export function isInteractive(): boolean {
  const { isTTY, columns, rows } = process.stderr;
  return isTTY && columns > 0 && rows > 0 && process.env.TERM !== 'dumb';
}

/** Colour on stderr, unless NO_COLOR asks for none (https://no-color.org). */
export function styled(style: Style, text: string): string {
  const colour = isInteractive() && (process.env.NO_COLOR ?? '') === '';
  return colour ? styleText(style, text) : text;
}

/** What a system says of a place that takes no more. */
const NO_ROOM: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file is too large',
};

/**
 * A reader that goes away (EPIPE), or a terminal that was closed (EIO), is no failure. Without a reader of the result there is nothing left to do;
 * progress that nobody can read stops no work. A result that cannot be written is a failure.
 */
export function handleStreamErrors(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const { code = '' } = error;
    if (code === 'EPIPE' || code === 'EIO') process.exit(0);
    writeNotice(`${styled('red', 'error:')} the result cannot be written to stdout: ${NO_ROOM[code] ?? error.message}`);
    writeNotice('Everything else is done. Make room there, or send the result to another place.');
    process.exit(1);
  });
  process.stderr.on('error', () => undefined);
}
