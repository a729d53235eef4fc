/** Films: pictures as VP9 in a WebM file, each at its own time, however long it took to draw. Loaded only when one is made. */
import { BufferTarget, canEncodeVideo, CanvasSource, Output, Quality, WebMOutputFormat } from 'mediabunny';
import { BackendError } from '../src/base/errors.ts';

export interface FilmPlan {
  /** VP9 takes even sizes. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly frames: number;
}

/**
 * @param draw paints frame `i`
 * @throws BackendError where the browser encodes no VP9; what `draw` throws, and then there is no film
 */
export async function makeFilm(
  { width, height, framesPerSecond, frames }: FilmPlan,
  draw: (canvas: HTMLCanvasElement, i: number) => Promise<void>,
): Promise<Blob> {
  const quality = new Quality('high');
  if (typeof VideoEncoder === 'undefined' || !(await canEncodeVideo('vp9', { width, height, quality })))
    throw new BackendError(
      `This browser encodes no VP9 video of ${width} x ${height} pixels.`,
      'Save the path, and render it with `spikeray render --path`.',
    );
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new CanvasSource(canvas, { codec: 'vp9', quality });
  output.addVideoTrack(source, { frameRate: framesPerSecond });
  await output.start();
  try {
    for (let i = 0; i < frames; i++) {
      await draw(canvas, i);
      await source.add(i / framesPerSecond, 1 / framesPerSecond);
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  return new Blob([target.buffer!], { type: 'video/webm' });
}
