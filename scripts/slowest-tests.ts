/** `node dist/scripts/slowest-tests.js`: the ten slowest tests of the last run of vitest, from its JSON report, with what they took of the whole. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const REPORT = 'node_modules/.cache/spikeray/tests.json';
const SHOWN = 10;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly duration?: number }[];
  }[];
}

const { testResults } = JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ fullName, duration = 0 }) => ({ file: relative('.', name), name: fullName, seconds: duration / 1000 })),
);
const slowest = tests.sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
const sum = (list: typeof tests): number => list.reduce((total, { seconds }) => total + seconds, 0);
for (const { file, name, seconds } of slowest) process.stdout.write(`${seconds.toFixed(1).padStart(6)} s  ${file}: ${name}\n`);
process.stdout.write(
  `${sum(slowest).toFixed(0)} of ${sum(tests).toFixed(0)} s in ${tests.length} tests; without what files do before their tests\n`,
);
