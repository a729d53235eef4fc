/** What runs side by side on a machine of eight cores: one rule for sweeps and for parts. */
import { expect, it } from 'vitest';
import type { Processes, Sharing } from '../../src/jobs/launchers/launcher.ts';
import { local } from '../../src/jobs/launchers/local.ts';
import { sideBySide, type Crowd } from '../../src/jobs/launchers/side-by-side.ts';
import { nodeMachine } from '../../src/node/node-machine.ts';

const MANY: Crowd = { count: 100, bytes: null, onCores: true, threads: null };

it.each<[string, Partial<Crowd>, number, number | null]>([
  ['one a core', {}, 8, 1],
  ['fewer than cores: they share them', { count: 3 }, 3, 2],
  ['as many as were asked for', { parallel: 20 }, 20, 1],
  ['as many as have room', { bytes: 30 }, 3, 2],
  ['one, where none has room', { bytes: 1000 }, 1, 8],
  ['no more than have room, whoever asks', { bytes: 30, parallel: 5 }, 3, 2],
  ['as many as find the threads that they were told to take', { threads: 3 }, 2, null],
  ['one that was told to take more threads than there are cores', { threads: 16 }, 1, null],
  ['one on a GPU', { onCores: false }, 1, null],
  ['more on a GPU, if they are asked for', { onCores: false, parallel: 2 }, 2, null],
])('%s', (_, crowd, slots, threads) => {
  expect(sideBySide(8, 100, { ...MANY, ...crowd })).toEqual({ slots, threads });
});

it('parts follow it', async () => {
  const started: string[] = [];
  let [now, most] = [0, 0];
  const start: Processes['start'] = (args) => {
    started.push(args.join(' '));
    most = Math.max(most, ++now);
    const ended = new Promise<number>((resolve) => {
      setTimeout(() => {
        now--;
        resolve(0);
      }, 5);
    });
    return { ended, interrupt: () => undefined };
  };
  const never = (): never => {
    throw new Error('is not called');
  };
  const processes = { cores: 8, program: [], start, run: never, interrupt: never, sleep: never };
  const machine = { ...nodeMachine, availableMemory: () => 100 };
  const shared: Sharing = {
    ...{ machine, processes, args: ['render', 'run'], parts: 4, logs: 'logs', options: {}, report: () => undefined },
    ...{ onCores: true, threads: null, mostThreads: 3, bytes: 45, joinBytes: 1, signal: new AbortController().signal },
  };
  expect(await local.share(shared)).toMatchObject({ outcome: 'done' });
  expect(most).toBe(2);
  expect(started).toEqual([1, 2, 3, 4].map((part) => `render run --part ${part}/4 --threads 3`));
  most = 0;
  await local.share({ ...shared, bytes: 1, threads: 2 });
  expect(most).toBe(4);
  expect(started.at(-1)).toBe('render run --part 4/4');
});
