/** What a person or a script sees of an error: the message, then how to mend it. */
import { CommanderError } from 'commander';
import { SpikeRayError } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';
import { styled, writeNotice, writeResult } from './terminal.ts';

/** Prints the error and gives the exit code: 2 for bad input or usage, 1 for a failure. */
export async function printError(error: unknown, { json, verbose }: { json: boolean; verbose: boolean }): Promise<number> {
  if (error instanceof CommanderError) return printUsageError(error, json);
  const known = error instanceof SpikeRayError;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const fix = known ? error.fix : 'This is a defect of SpikeRay; please report it with the lines above.';
  writeNotice(`${styled('red', 'error:')} ${visible(message)}`);
  if ((!known || verbose) && error instanceof Error && error.stack !== undefined) writeNotice(visible(error.stack));
  if (fix !== undefined) writeNotice(fix);
  if (json) await writeResult(`${JSON.stringify({ error: { name, message, fix: fix ?? null } }, null, 2)}\n`);
  return known ? error.exitCode : 1;
}

/** commander has printed its message already; asking for help is no error. */
async function printUsageError(error: CommanderError, json: boolean): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (json) await writeResult(`${JSON.stringify({ error: { name: 'UsageError', message: error.message, fix: null } }, null, 2)}\n`);
  return 2;
}
