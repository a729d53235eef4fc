import { expect, test, vi } from 'vitest';
import { presets } from '../../src/config/presets.ts';
import type { FieldEngine } from '../../src/engine/backend.ts';
import { LiveTraining, type LiveEvent } from '../../src/frames/live-training.ts';

/** Nothing is drawn on it. */
const engineOf = (spec: object): FieldEngine => ({ spec }) as unknown as FieldEngine;

test('a page that asked for a picture before there was a field hears of it, also where training was paused before', async () => {
  const abort = new AbortController();
  const live = new LiveTraining('/nowhere/run', presets.blender, abort.signal);
  live.pause(true);
  const heard: LiveEvent[] = [];
  let drawn = 0;
  live.listen((event) => {
    heard.push(event);
    expect(live.field).not.toBeNull();
    const turn = (): Promise<boolean> => {
      drawn++;
      abort.abort();
      return Promise.resolve(true);
    };
    live.queue.add('page', 'picture', { ready: () => true, turn, dropped: () => undefined });
  });
  const engine = engineOf({});
  await live.between(engine, 1);
  expect(heard).toMatchObject([{ type: 'state', paused: true, training: true }]);
  expect(drawn).toBe(1);
  // The same field again is no news, another one is.
  await live.between(engine, 2);
  expect(heard).toHaveLength(1);
  await live.between(engineOf({}), 3);
  expect(heard).toHaveLength(2);
});

test('what waits comes in between two steps, also where nobody wants a picture, and after every turn of drawing', async () => {
  const live = new LiveTraining('/nowhere/run', presets.blender, new AbortController().signal);
  const given: number[] = [];
  live.others = (milliseconds) => {
    given.push(milliseconds);
    return Promise.resolve();
  };
  const engine = engineOf({});
  await live.between(engine, 1);
  expect(given).toEqual([100]);
  live.queue.add('page', 'picture', { ready: () => true, turn: () => Promise.resolve(true), dropped: () => undefined });
  await live.between(engine, 2);
  expect(given).toHaveLength(3);
});

test('pictures take no more than their share of the time, however many are asked for', async () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const live = new LiveTraining('/nowhere/run', presets.blender, new AbortController().signal, 0.05);
    const engine = engineOf({});
    await live.between(engine, 0);
    // A turn takes 40 ms; there is always another one.
    const turn = (): Promise<boolean> => Promise.resolve((now += 40) < 0);
    live.queue.add('page', 'picture', { ready: () => true, turn, dropped: () => undefined });
    const first = now;
    await live.between(engine, 0);
    expect(now - first, 'the first picture is there at once').toBe(120);
    for (let step = 1; step < 500; step++) {
      now += 200;
      await live.between(engine, step);
    }
    expect(live.spent / now).toBeGreaterThan(0.045);
    expect(live.spent / now).toBeLessThan(0.052);
  } finally {
    clock.mockRestore();
  }
});
