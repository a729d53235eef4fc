/** One probe of a ray: a job in the queue of the pictures, so that it waits its turn among them. */
import { probeRay, type RayProbe } from '../frames/ray-probe.ts';
import type { ShownField } from '../frames/shown-field.ts';
import type { ClientProbe } from './frame-request.ts';
import { HttpError } from './http-error.ts';
import type { RenderQueue } from '../frames/render-queue.ts';

/** A client waits for one ray at a time, beside its pictures. */
const LAYER = 'probe';

/** Throws HttpError 409 when a newer one of the same client has taken its place, 400 for a pixel outside of the picture. */
export function answerProbe(queue: RenderQueue, field: ShownField, { client, ray }: ClientProbe): Promise<RayProbe> {
  return new Promise((resolve, reject) => {
    queue.add(client, LAYER, {
      ready: () => true,
      turn: async () => {
        await probeRay(field, ray).then(resolve, (error: unknown) => {
          reject(error instanceof RangeError ? new HttpError(400, error.message) : (error as Error));
        });
        return true;
      },
      dropped: () => {
        reject(new HttpError(409, 'Another ray was asked for meanwhile.'));
      },
    });
  });
}
