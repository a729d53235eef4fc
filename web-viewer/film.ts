/** Films: pictures as video in a file, each at its own time, however long it took to draw. Loaded only when one is made. */
import {
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  Quality,
  WebMOutputFormat,
  type OutputFormat,
  type VideoCodec,
} from 'mediabunny';
import { BackendError } from '../src/base/errors.ts';

export interface FilmFormat {
  readonly ending: string;
  readonly type: string;
  /** The first that the browser encodes is taken. */
  readonly codecs: VideoCodec[];
  readonly create: () => OutputFormat;
}

export const FILM_FORMATS: Readonly<Record<'webm' | 'mp4', FilmFormat>> = {
  webm: { ending: 'webm', type: 'video/webm', codecs: ['vp9', 'vp8', 'av1'], create: () => new WebMOutputFormat() },
  mp4: { ending: 'mp4', type: 'video/mp4', codecs: ['avc', 'hevc', 'av1', 'vp9'], create: () => new Mp4OutputFormat() },
};

export interface FilmPlan {
  /** Encoders take even sizes. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly frames: number;
  readonly format: FilmFormat;
}

/**
 * @param draw paints frame `i`
 * @throws BackendError where the browser encodes no video of this size; what `draw` throws, and then there is no film
 */
export async function makeFilm(
  { width, height, framesPerSecond, frames, format }: FilmPlan,
  draw: (canvas: HTMLCanvasElement, i: number) => Promise<void>,
): Promise<Blob> {
  const quality = new Quality('high');
  const codec = typeof VideoEncoder === 'undefined' ? null : await getFirstEncodableVideoCodec(format.codecs, { width, height, quality });
  if (codec === null)
    throw new BackendError(
      `This browser encodes no ${format.ending} video of ${width} x ${height} pixels.`,
      'Choose the other format or another size, or save the path and render it with `spikeray render --path`.',
    );
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const target = new BufferTarget();
  const output = new Output({ format: format.create(), target });
  const source = new CanvasSource(canvas, { codec, quality });
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
  return new Blob([target.buffer!], { type: format.type });
}
