import { expect, test } from 'vitest';
import { RenderQueue, type Job } from '../../src/frames/render-queue.ts';

/** A job of some turns that writes its name at each. */
function job(name: string, turns: number, log: string[]): Job {
  return {
    ready: () => true,
    turn: async () => {
      log.push(name);
      return --turns === 0;
    },
    dropped: () => log.push(`${name} dropped`),
  };
}

async function drain(queue: RenderQueue): Promise<void> {
  while (await queue.turn());
}

test('clients take turns however many pictures each of them wants', async () => {
  const queue = new RenderQueue();
  const log: string[] = [];
  queue.add('a', '1', job('a1', 2, log));
  queue.add('a', '2', job('a2', 2, log));
  queue.add('b', '1', job('b1', 3, log));
  await drain(queue);
  expect(log).toEqual(['a1', 'b1', 'a2', 'b1', 'a1', 'b1', 'a2']);
  expect(queue.length).toBe(0);
});

test('a new request of the same layer drops the one before; other layers stay', async () => {
  const queue = new RenderQueue();
  const log: string[] = [];
  queue.add('a', '1', job('old', 5, log));
  queue.add('a', '2', job('other', 1, log));
  await queue.turn();
  queue.add('a', '1', job('new', 1, log));
  expect(log).toEqual(['old', 'old dropped']);
  await drain(queue);
  expect(log.slice(2).sort()).toEqual(['new', 'other']);
});

test('a job that is given up has no further turn, and giving up twice is nothing', async () => {
  const queue = new RenderQueue();
  const log: string[] = [];
  const gone = job('gone', 5, log);
  queue.add('a', '1', gone);
  queue.remove('a', '1', gone);
  queue.remove('a', '1', gone);
  expect(await queue.turn()).toBe(false);
  expect(log).toEqual(['gone dropped']);
});

test('a job replaced during its turn does not end the one that replaced it', async () => {
  const queue = new RenderQueue();
  const log: string[] = [];
  queue.add('a', '1', {
    ready: () => true,
    turn: async () => {
      queue.add('a', '1', job('new', 1, log));
      return true;
    },
    dropped: () => log.push('old dropped'),
  });
  await drain(queue);
  expect(log).toEqual(['old dropped', 'new']);
});

test('whoever waits for work is woken by it', async () => {
  const queue = new RenderQueue();
  let woken = false;
  const waiting = queue.filled().then(() => {
    woken = true;
  });
  await Promise.resolve();
  expect(woken).toBe(false);
  queue.add('a', '1', job('a', 1, []));
  await waiting;
  expect(woken).toBe(true);
});

test('a job that is not ready is passed over until it is', async () => {
  const queue = new RenderQueue();
  const log: string[] = [];
  let ready = false;
  queue.add('slow', '1', { ...job('slow', 1, log), ready: () => ready });
  queue.add('b', '1', job('b', 2, log));
  await drain(queue);
  expect(log).toEqual(['b', 'b']);
  expect(queue.length).toBe(1);
  const waiting = queue.filled();
  ready = true;
  queue.wake();
  await waiting;
  await drain(queue);
  expect(log).toEqual(['b', 'b', 'slow']);
  expect(queue.length).toBe(0);
});
