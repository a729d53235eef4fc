/** What a page and the worker that draws for it say to each other. */
import type { ProbeRequest, RayProbe } from '../src/frames/ray-probe.ts';
import type { Frame, SentRequest } from '../src/frames/frame-source.ts';

/** Milliseconds between frames of a moving view. */
export const INTERVAL = 90;

export type ToWorker =
  /** First of all. */
  | { readonly type: 'open'; readonly kernels: ArrayBuffer; readonly scene: Uint8Array<ArrayBuffer>; readonly file: string }
  | ({ readonly type: 'draw'; readonly id: number } & SentRequest)
  | { readonly type: 'stop'; readonly id: number }
  | { readonly type: 'probe'; readonly id: number; readonly ray: ProbeRequest };

export type FromWorker =
  | { readonly type: 'frame'; readonly id: number; readonly frame: Frame }
  | { readonly type: 'end'; readonly id: number }
  | { readonly type: 'probed'; readonly id: number; readonly found: RayProbe }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly fix: string | undefined };
