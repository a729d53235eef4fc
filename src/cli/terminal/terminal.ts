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

/**
 * A reader that goes away is no failure. Without a reader of the result there is nothing left to do; without one of the progress the work
 * goes on.
 */
export function tolerateClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
