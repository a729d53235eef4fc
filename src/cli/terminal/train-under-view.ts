/** Training with the viewer beside it, which stays when training is over. */
import { wholeNumber } from '../../base/option-values.ts';
import { resolve } from 'node:path';
import type { RunFolder } from '../../run/run-folder.ts';
import type { LiveTraining } from '../../frames/live-training.ts';
import type { Reporter } from '../../base/events.ts';
import { untilInterrupted } from './interrupt.ts';
import { writeNotice } from './terminal.ts';

export const DEFAULT_PORT = 8124;

/** @param option true: without a number */
export function viewerPort(option: string | true): number {
  return option === true ? DEFAULT_PORT : wholeNumber('--viewer', option, 0, 65535);
}

/** @param signal aborted: neither a pause nor the viewer holds up the end */
export async function underView<T>(
  run: RunFolder,
  port: number,
  signal: AbortSignal,
  report: Reporter,
  train: (live: LiveTraining) => Promise<T>,
): Promise<T> {
  // A training that nobody watches does without the server.
  const { startWebServer } = await import('../../server/web-server.ts');
  const { LiveTraining } = await import('../../frames/live-training.ts');
  const live = new LiveTraining(resolve(run.folder), run.record.config, signal);
  const server = await startWebServer({ served: [run.folder], host: '127.0.0.1', port, live, report });
  try {
    writeNotice(`viewer: ${server.url}`);
    const result = await train(live);
    if (signal.aborted) return result;
    writeNotice(`training is over; the viewer stays at ${server.url} until Ctrl-C`);
    await untilInterrupted();
    return result;
  } finally {
    await server.close();
  }
}
