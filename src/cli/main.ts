#!/usr/bin/env node
/** The command line. Exit codes: 0 done, 1 failure, 2 bad input or usage, 130 interrupted after saving. */
import { endOnSignals } from '../node/at-exit.ts';
import { createProgram } from './program.ts';
import { printError } from './terminal/print-error.ts';
import { handleStreamErrors } from './terminal/terminal.ts';

endOnSignals();
handleStreamErrors();
try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  const [json, verbose] = ['--json', '--verbose'].map((option) => process.argv.includes(option));
  process.exitCode = await printError(error, { json, verbose });
}
