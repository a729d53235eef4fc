/** One request for frames: a job in the queue whose frames go out as they are finished. */
import type { Response } from 'express';
import { drawFrames } from '../frames/draw-frames.ts';
import { encodeFailure, encodeFrame } from '../frames/frame-message.ts';
import { SpikeRayError } from '../base/errors.ts';
import type { Reporter } from '../base/events.ts';
import type { ClientRequest } from './frame-request.ts';
import { HttpError } from './http-error.ts';
import type { Job, RenderQueue } from '../frames/render-queue.ts';
import type { ShownField } from '../frames/shown-field.ts';
import { writerTo } from './writer-to.ts';

const FRAMES_TYPE = 'application/vnd.spikeray.frames';

/** More jobs than that are not one person's pages. */
const MOST_WAITING = 256;

/**
 * Resolves when the last frame is out, or nobody waits for it any more. Throws HttpError 503 if too much is asked at once. A frame is drawn
 * when the client has read the ones before.
 * @param draw a test gives its own
 */
export function streamFrames(
  queue: RenderQueue,
  field: ShownField,
  { client, ...wanted }: ClientRequest,
  response: Response,
  report: Reporter,
  draw: typeof drawFrames = drawFrames,
): Promise<void> {
  // Whoever left while the field was being opened gets no place in the queue.
  if (response.destroyed) return Promise.resolve();
  if (queue.length >= MOST_WAITING) throw new HttpError(503, 'Too many pictures wait to be drawn.', 'Try again later.');
  response.status(200).setHeader('Content-Type', FRAMES_TYPE).setHeader('Cache-Control', 'no-store').flushHeaders();
  const write = writerTo(response);
  const turns = draw(field, { ...wanted, target: { take: (frame) => write(encodeFrame(frame)) } });
  return new Promise((resolve) => {
    const end = (): void => {
      if (!response.writableEnded) response.end();
      resolve();
    };
    const job: Job = {
      ready: () => !response.writableNeedDrain,
      turn: async () => {
        try {
          await field.show(wanted.picture.crop);
          if (!(await turns.next()).done) return false;
        } catch (error) {
          write(failure(error, report));
        }
        end();
        return true;
      },
      dropped: end,
    };
    response.on('drain', () => {
      queue.wake();
    });
    response.once('close', () => {
      queue.remove(client, wanted.layer, job);
      resolve();
    });
    queue.add(client, wanted.layer, job);
  });
}

function failure(error: unknown, report: Reporter): Uint8Array {
  if (error instanceof SpikeRayError) return encodeFailure(error.message, error.fix);
  if (error instanceof RangeError) return encodeFailure(error.message, undefined);
  report({ type: 'warning', text: `drawing failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` });
  return encodeFailure('The server failed to draw the picture.', undefined);
}
