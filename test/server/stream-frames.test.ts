/** Clients that leave, and clients that do not read, with real sockets. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Response } from 'express';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Frame, FrameRequest } from '../../src/frames/frame-source.ts';
import type { ShownField } from '../../src/frames/shown-field.ts';
import type { ClientRequest } from '../../src/server/frame-request.ts';
import { RenderQueue } from '../../src/frames/render-queue.ts';
import { streamFrames } from '../../src/server/stream-frames.ts';

const FRAMES = 40;
/** 1 MiB of depths and opacities, and colours as large again. */
const SIZE = 592;
const frame: Frame = {
  width: SIZE,
  height: SIZE,
  scale: 1,
  output: 'colour',
  statistics: { rays: 0, samples: 0, spikes: 0, neuron: null, millijoules: null, shareOfAnn: null },
  seconds: 0,
  step: 0,
  content: { kind: 'colours', rgb: new Uint8Array(SIZE * SIZE * 3) },
  depth: new Uint16Array(SIZE * SIZE),
  metresPerUnit: 1,
  opacity: new Uint8Array(SIZE * SIZE),
};
let drawn: number;
async function* draw(_: ShownField, { target }: Pick<FrameRequest, 'target'>): AsyncGenerator<undefined> {
  for (let i = 0; i < FRAMES; i++) {
    drawn++;
    target.take(frame);
    yield;
  }
}

const field = { show: async () => undefined } as unknown as ShownField;
const wanted = { client: 'c', layer: 'l', picture: { crop: null } } as unknown as ClientRequest;

let queue: RenderQueue;
let answer: (response: ServerResponse) => Promise<void>;
const server = createServer((_, response) => void answer(response));
const stream = (response: ServerResponse): Promise<void> => {
  const express = Object.assign(response, {
    status: () => express,
    setHeader: () => express,
  }) as unknown as Response;
  return streamFrames(queue, field, wanted, express, () => undefined, draw);
};

beforeEach(async () => {
  queue = new RenderQueue();
  drawn = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function ask() {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return socket;
}

async function drain(): Promise<void> {
  while (await queue.turn()) await new Promise((resolve) => setImmediate(resolve));
}

it('a client that left before its field was open gets no place in the queue', async () => {
  const over = new Promise<void>((resolve, reject) => {
    answer = async (response) => {
      await once(response, 'close');
      await stream(response);
      resolve();
    };
    server.once('error', reject);
  });
  const socket = ask();
  await once(socket, 'connect');
  await once(server, 'request');
  socket.destroy();
  await over;
  expect(queue.length).toBe(0);
  expect(drawn).toBe(0);
});

it('nothing is drawn for a client that does not read, until it does', async () => {
  let ended = false;
  const asked = once(server, 'request');
  answer = async (response) => {
    await stream(response);
    ended = true;
  };
  const socket = ask();
  socket.pause();
  await asked;
  await drain();
  // What the sockets hold, and no more.
  expect(drawn).toBeLessThan(FRAMES / 2);
  expect(queue.length).toBe(1);
  let received = 0;
  socket.on('data', (data) => (received += data.length));
  socket.resume();
  while (!ended) {
    await drain();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(drawn).toBe(FRAMES);
  expect(queue.length).toBe(0);
  if (!socket.closed) await once(socket, 'close');
  expect(received).toBeGreaterThan(FRAMES * 2 ** 20);
});
