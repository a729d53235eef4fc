/**
 * Reads damaged files, one after the other, and tells of every reading that did not end as it should. The case `number` of a target is a function
 * of its number alone, so that whoever watches knows what the worker hangs in.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SpikeRayError } from '../../src/base/errors.ts';
import { hash32, Random } from '../../src/math/random.ts';
import { mutate } from './mutate.ts';
import { fuzzTargets, type Target } from './targets.ts';

export interface FuzzOrder {
  readonly run: string;
  readonly scratch: string;
  readonly seed: number;
  /** Cases of each target. */
  readonly first: number;
  readonly count: number;
  /** Name of the only target; null: all. */
  readonly only: string | null;
}

export type FuzzMessage =
  | { readonly type: 'begins'; readonly target: string; readonly number: number }
  | { readonly type: 'failure'; readonly target: string; readonly number: number; readonly problem: string }
  | { readonly type: 'target'; readonly target: string; readonly cases: number; readonly refused: number; readonly slowest: number }
  | { readonly type: 'end' };

/** Milliseconds that a small file may take. */
const SLOWEST = 5000;

/** Bytes that reading one may add to the process. */
const LARGEST = 2 ** 30;

const order = workerData as FuzzOrder;
const tell = (message: FuzzMessage): void => {
  parentPort!.postMessage(message);
};

for (const [index, target] of (await fuzzTargets(order.run, order.scratch)).entries()) {
  if (order.only !== null && target.name !== order.only) continue;
  await untouched(target);
  let refused = 0;
  let slowest = 0;
  for (let number = order.first; number < order.first + order.count; number++) {
    tell({ type: 'begins', target: target.name, number });
    const random = new Random(hash32(order.seed + index * 7919) + number);
    const names = [...target.files.keys()].filter((name) => !name.endsWith('.png') || target.files.size === 1);
    const damaged = names[random.integer(names.length)];
    const files = new Map(target.files).set(damaged, mutate(target.files.get(damaged)!, random));
    const began = performance.now();
    const before = process.memoryUsage().rss;
    const [first, second] = [await outcomeOf(target, files), await outcomeOf(target, files)];
    const took = performance.now() - began;
    slowest = Math.max(slowest, took);
    if (first.startsWith('refused')) refused++;
    const problem = problemOf(first, second, took, process.memoryUsage().rss - before);
    if (problem !== null) tell({ type: 'failure', target: target.name, number, problem: `${damaged}: ${problem}` });
  }
  tell({ type: 'target', target: target.name, cases: order.count, refused, slowest });
}
tell({ type: 'end' });

/** Throws unless the files are readable as they are: else nothing would be tested. */
async function untouched({ name, files, read }: Target): Promise<void> {
  await read(new Map(files)).catch((cause: unknown) => {
    throw new Error(`${name}: the files are refused before they are damaged: ${String(cause)}`, { cause });
  });
}

async function outcomeOf({ read }: Target, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  try {
    return `read ${JSON.stringify(await read(new Map(files)), (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value))}`;
  } catch (error) {
    if (error instanceof SpikeRayError) return `refused ${error.message}`;
    return `failed ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

function problemOf(first: string, second: string, took: number, grown: number): string | null {
  if (first.startsWith('failed')) return first;
  if (first !== second) return 'two readings of the same differ';
  if (took > SLOWEST) return `took ${(took / 1000).toFixed(1)} s`;
  if (grown > LARGEST) return `took ${(grown / 2 ** 20).toFixed(0)} MiB`;
  if (first.startsWith('refused') && [...first].some((character) => character < '\t' || character === '\u001b'))
    return `control characters in the message: ${JSON.stringify(first)}`;
  return null;
}
