/** How often something can be done in a second. */
import { drawFrames, scaledCamera } from '../../renderer/draw-frames.ts';
import type { Camera } from '../../renderer/rays.ts';
import type { FieldEngine } from '../../src/backends/backend.ts';

/** How much is computed; a software adapter would take hours for what a GPU does in a minute. */
export interface Effort {
  readonly warmUp: number;
  /** At least this long is measured, seconds. */
  readonly least: number;
  /** Of a step. */
  readonly rays: number;
  /** Side of a frame, pixels. */
  readonly side: number;
}

/** Pixels of a frame, in which frames a second are told. */
export const FRAME = 800 * 800;

export interface Speed {
  readonly runs: number;
  readonly seconds: number;
}

/** Runs `work` at least three times, after warming up. */
export async function measure({ warmUp, least }: Effort, work: (run: number) => Promise<unknown>): Promise<Speed> {
  for (let run = 0; run < warmUp; run++) await work(run);
  const began = performance.now();
  for (let runs = 1; ; runs++) {
    await work(runs);
    const seconds = (performance.now() - began) / 1000;
    if (seconds >= least && runs >= 3) return { runs, seconds };
  }
}

/** Frames of 800x800 pixels a second, from cameras of that size in turn, pixels read back; fewer pixels are drawn where the effort is small. */
export async function framesPerSecond(engine: FieldEngine, cameras: readonly Camera[], effort: Effort): Promise<number> {
  const small = cameras.map((camera) => scaledCamera(camera, camera.intrinsics.width / effort.side));
  let pixels = 0;
  const { runs, seconds } = await measure(effort, async (run) => {
    const camera = small[run % small.length];
    const { width, height } = camera.intrinsics;
    const request = { camera, output: 'colour', scales: [1], background: [1, 1, 1], crop: null } as const;
    for await (const frame of drawFrames(engine, request, 0, 0, width * height)) pixels = frame?.pixels.length ?? pixels;
  });
  return (runs * pixels) / 3 / FRAME / seconds;
}
