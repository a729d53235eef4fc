/** The API on a run that is being trained: events as they happen (server-sent events), pause and resume. */
import express, { Router } from 'express';
import { z } from 'zod';
import { HttpError } from './http-error.ts';
import type { LiveEvent, LiveTraining } from '../frames/live-training.ts';
import type { RunLibrary } from './run-library.ts';
import { writerTo } from './writer-to.ts';

/** Milliseconds between signs of life, so that a connection that died is noticed. */
const SIGN_OF_LIFE = 15_000;

const commandSchema = z.strictObject({ paused: z.boolean() });

export function liveRoutes(library: RunLibrary, live: LiveTraining | null): Router {
  const router = Router();

  router.get('/:id/live', async (request, response) => {
    const { folder } = await library.find(request.params.id);
    // 204 tells the browser not to ask again.
    if (live?.folder !== folder) {
      response.status(204).end();
      return;
    }
    response.status(200).set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store, no-transform' }).flushHeaders();
    const write = writerTo(response);
    const send = ({ type, ...data }: LiveEvent): void => {
      write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    send({ type: 'state', ...live.state });
    const stop = live.listen(send);
    const alive = setInterval(() => {
      write(':\n\n');
    }, SIGN_OF_LIFE);
    response.once('close', () => {
      clearInterval(alive);
      stop();
    });
  });

  router.post('/:id/live', express.json({ limit: '1kb' }), async (request, response) => {
    const { folder } = await library.find(request.params.id);
    const command = commandSchema.safeParse(request.body);
    if (!command.success) throw new HttpError(400, 'Expected { "paused": true } or { "paused": false }.');
    if (live?.folder !== folder || !live.state.training) throw new HttpError(409, 'This run is not being trained here.');
    live.pause(command.data.paused);
    response.json(live.state);
  });

  return router;
}
