/** What all commands do around their work: a reporter on stderr, one result on stdout, an exit code. */
import { visible } from '../../base/visible.ts';
import type { Reporter } from '../../base/events.ts';
import type { OutputOptions } from './options.ts';
import { createReporter } from './reporter.ts';
import { writeResult } from './terminal.ts';

export interface Result {
  /** Written with --json. */
  readonly json: unknown;
  /** Written without. */
  readonly text: string;
  readonly exitCode?: number;
}

export async function runAction(options: OutputOptions, action: (report: Reporter) => Promise<Result>): Promise<void> {
  const reporter = createReporter({ quiet: options.quiet ?? false, verbose: options.verbose ?? false });
  let result: Result;
  try {
    result = await action(reporter.report);
  } finally {
    reporter.finish();
  }
  await writeResult(options.json === true ? `${JSON.stringify(result.json, null, 2)}\n` : visible(result.text));
  process.exitCode = result.exitCode ?? 0;
}
