/** A picture that did not come is asked for again by itself, in pauses that grow, while somebody sees the page. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FrameSource, WantedPicture } from '../../src/frames/frame-source.ts';
import { Refusal, Unreachable } from '../../web-viewer/api.ts';
import { FrameLoop } from '../../web-viewer/frame-loop.ts';
import { messageOf } from '../../web-viewer/messages.ts';

const page = Object.assign(new EventTarget(), { hidden: false });
beforeEach(() => {
  vi.useFakeTimers();
  page.hidden = false;
  vi.stubGlobal('document', page);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const picture = {
  camera: { camToWorld: [1], intrinsics: {} },
  output: 'colour',
  background: [0, 0, 0],
  crop: null,
} as unknown as WantedPicture;

/** A source whose first tries end with these errors. */
function failing(...errors: Error[]) {
  const asked: number[] = [];
  const problems: (string | null)[] = [];
  const source = {
    interval: 90,
    draw: ({ scales, target }) => {
      asked.push(performance.now());
      const error = errors.shift();
      if (error !== undefined) return Promise.reject(error);
      for (const scale of scales) target.take({ scale } as never);
      return Promise.resolve();
    },
  } as FrameSource;
  const loop = new FrameLoop('part-0', source, { take: () => undefined }, (text) => problems.push(text));
  return { loop, asked, problems };
}

it('after one, two and four seconds, whether the server is away, has too much to do, or fails', async () => {
  const { loop, asked, problems } = failing(
    new Unreachable(null),
    new Refusal('Too many wait.', 'Try again later.', 503),
    new Refusal('It failed.', null, 500),
  );
  const began = performance.now();
  loop.want(picture, false);
  await vi.advanceTimersByTimeAsync(6999);
  expect(asked.map((at) => at - began)).toEqual([0, 1000, 3000]);
  expect(problems.at(-1)).toBe('It failed.; trying again …');
  await vi.advanceTimersByTimeAsync(1);
  expect(loop.complete).toBe(true);
  expect(problems.at(-1)).toBeNull();
  // The next failure is the first again.
  expect(asked).toHaveLength(4);
});

it('not while nobody sees the page, and then at once', async () => {
  const { loop, asked } = failing(new Unreachable(null));
  loop.want(picture, false);
  page.hidden = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(0);
  expect(loop.complete).toBe(true);
});

it('but not once it is stopped: nothing is waited for', async () => {
  const { loop, asked } = failing(new Unreachable(null), new Unreachable(null));
  loop.want(picture, false);
  await vi.advanceTimersByTimeAsync(0);
  const unseen = vi.spyOn(page, 'removeEventListener');
  await loop.stop();
  expect(vi.getTimerCount()).toBe(0);
  loop.want(picture, false);
  page.hidden = true;
  await vi.advanceTimersByTimeAsync(60_000);
  await loop.stop();
  expect(unseen).toHaveBeenCalledOnce();
  expect(asked).toHaveLength(2);
});

it('at once if it is another picture, which stands still', async () => {
  const { loop, asked } = failing(new Unreachable(null), new Unreachable(null));
  const other = { ...picture, output: 'depth' } as WantedPicture;
  loop.want(picture, false);
  await vi.advanceTimersByTimeAsync(0);
  loop.want(picture, false);
  loop.want(other, true);
  await vi.advanceTimersByTimeAsync(999);
  expect(asked).toHaveLength(1);
  loop.want(other, false);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(2);
  // The pauses begin anew.
  await vi.advanceTimersByTimeAsync(1000);
  expect(loop.complete).toBe(true);
});

it.each([
  ['is refused for what it asks', new Refusal('There is no such run.', null, 404)],
  ['fails until somebody mends it', new Refusal('There is no room.', 'Give the GPU back.', 500)],
])('but not where it %s', async (_what, refusal) => {
  const { loop, asked, problems } = failing(refusal);
  loop.want(picture, false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  expect(problems).toEqual([messageOf(refusal)]);
});
