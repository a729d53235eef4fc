/** Errors say what they are: a server that is away, a server that refuses, and a mistake of the page are three things. */
import { afterEach, expect, it } from 'vitest';
import { ask, reachable, Refusal, Unreachable } from '../../web-viewer/api.ts';
import { messageOf } from '../../web-viewer/messages.ts';

const fetchOfNode = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = fetchOfNode;
});

const failing = (answer: () => Promise<Response>): Promise<unknown> => {
  globalThis.fetch = answer;
  return ask('api/runs').catch((error: unknown) => error);
};

it('a server that cannot be reached is said to be away; a mistake of the page is not', async () => {
  const away = await failing(() => Promise.reject(new TypeError('Failed to fetch')));
  expect(away).toBeInstanceOf(Unreachable);
  expect(messageOf(away)).toBe('The server does not answer');
  expect(await reachable(Promise.reject(new RangeError('x'))).catch((error: unknown) => error)).toBeInstanceOf(RangeError);
  expect(messageOf(new TypeError("Cannot read properties of null (reading 'id')"))).toContain('Cannot read properties of null');
  expect(messageOf(new TypeError('x'))).toBe('TypeError: x');
});

it('a refusal has the words of the server, and how to mend it', async () => {
  const body = { error: { message: 'There is no run none', fix: 'Look at the gallery.' } };
  const refused = await failing(() => Promise.resolve(Response.json(body, { status: 404 })));
  expect(refused).toBeInstanceOf(Refusal);
  expect(messageOf(refused)).toBe('There is no run none. Look at the gallery.');
  const silent = await failing(() => Promise.resolve(new Response('<html>', { status: 502 })));
  expect(messageOf(silent)).toBe('The server answered 502.');
});
