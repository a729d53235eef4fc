/** What a page may ask to be drawn, checked before anything is. */
import { z } from 'zod';
import type { SentRequest } from '../frames/frame-source.ts';
import type { ProbeRequest } from '../frames/ray-probe.ts';
import { OUTPUT_MODES } from '../frames/output-modes.ts';
import { InputError } from '../base/errors.ts';
import { rigidProblem } from '../geometry/rigid-motion.ts';
import { checkJson } from '../io/checked-json.ts';

const FIX = 'Load the page again.';

/** Pixels of the largest picture: 2560 x 1600. */
const MOST_PIXELS = 2560 * 1600;
const LONGEST_SIDE = 4096;
/** Pixels of all scales of a request together: a coarse picture first and finer ones after it cost a third more than the last alone. */
const MOST_PIXELS_IN_ALL = 1.5 * MOST_PIXELS;

const finite = z.number().finite();
const vector = z.tuple([finite, finite, finite]);
const side = z.number().int().min(1).max(LONGEST_SIDE);
const focal = finite.positive();
const name = z.string().regex(/^[\w-]{1,64}$/);

const share = z.number().min(0).max(1);
const index = z.number().int().min(0);
const camera = z.strictObject({
  camToWorld: z.array(finite).length(16),
  intrinsics: z.strictObject({ width: side, height: side, fx: focal, fy: focal, cx: finite, cy: finite }),
});
const background = z.tuple([share, share, share]);
const crop = z.strictObject({ min: vector, max: vector }).nullable();

const requestSchema = z.strictObject({
  /** One page, and one of its pictures: a new request of the same layer replaces the one before. */
  client: name,
  layer: name,
  scales: z.array(finite.min(1).max(64)).min(1).max(8),
  picture: z.strictObject({ camera, output: z.enum(OUTPUT_MODES), background, crop }),
});

const probeSchema = z.strictObject({ client: name, ray: z.strictObject({ camera, pixel: z.tuple([index, index]), background, crop }) });

export interface ClientRequest extends SentRequest {
  readonly client: string;
}

/** Throws InputError naming what is wrong. */
export function parseFrameRequest(body: unknown): ClientRequest {
  const wanted = checkJson(requestSchema, body, 'frame request', FIX);
  checkPose(wanted.picture.camera.camToWorld, 'frame request: picture.camera.camToWorld');
  const { width, height } = wanted.picture.camera.intrinsics;
  if (width * height > MOST_PIXELS)
    throw new InputError(
      `frame request: ${width}x${height} pixels are more than the ${MOST_PIXELS} that are drawn at once`,
      'Use a smaller window.',
    );
  const inAll = wanted.scales.reduce((sum, scale) => sum + Math.ceil(width / scale) * Math.ceil(height / scale), 0);
  if (inAll > MOST_PIXELS_IN_ALL)
    throw new InputError(
      `frame request: ${width}x${height} at scales ${wanted.scales.join(', ')} is ${inAll} pixels, more than the ${MOST_PIXELS_IN_ALL} that are drawn for one request`,
      'Use a smaller window.',
    );
  return wanted;
}

export interface ClientProbe {
  readonly client: string;
  readonly ray: ProbeRequest;
}

/** Throws InputError naming what is wrong. */
export function parseProbeRequest(body: unknown): ClientProbe {
  const wanted = checkJson(probeSchema, body, 'probe request', FIX);
  checkPose(wanted.ray.camera.camToWorld, 'probe request: ray.camera.camToWorld');
  return wanted;
}

function checkPose(camToWorld: readonly number[], what: string): void {
  const problem = rigidProblem(Float64Array.from(camToWorld));
  if (problem) throw new InputError(`${what}: expected ${problem.expected}, found ${problem.found}`);
}
