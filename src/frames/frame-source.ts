/**
 * Where a viewer's pictures come from: a server, a worker of the page, or the page's GPU. All take the same request and answer it with the same
 * frames, coarse ones first.
 */
import type { Vec3 } from '../geometry/vector.ts';
import type { PictureTextures } from '../engine/backend.ts';
import type { FrameStatistics, OutputMode, ValueRange } from './output-modes.ts';
import type { Camera } from '../geometry/camera.ts';

export interface CropBox {
  readonly min: Vec3;
  readonly max: Vec3;
}

export interface FrameRequest {
  /** At full resolution. */
  readonly camera: Camera;
  readonly output: OutputMode;
  /** Divisors of the resolution, in the order in which the frames are wanted: [4, 1] is a quarter of width and height, then all of it. */
  readonly scales: readonly number[];
  readonly background: Vec3;
  /** Nothing outside of it is shown; null: everything. */
  readonly crop: CropBox | null;
}

export interface FrameFacts {
  readonly width: number;
  readonly height: number;
  /** The divisor it was drawn with. */
  readonly scale: number;
  readonly range: ValueRange | null;
  readonly statistics: FrameStatistics;
  /** Of drawing alone. */
  readonly seconds: number;
  /** The training step that the field stands at. */
  readonly step: number;
}

/** A frame in memory. */
export interface Frame extends FrameFacts {
  /** [height,width,3] uint8 */
  readonly pixels: Uint8Array;
  /** [height,width] metres along the ray * 1 / metresPerUnit; 65535: nothing opaque there. */
  readonly depth: Uint16Array;
  readonly metresPerUnit: number;
}

/** A frame on the GPU that shows it. */
export interface PaintedFrame extends FrameFacts {
  readonly textures: PictureTextures;
}

export type ShownFrame = Frame | PaintedFrame;

/** Where a source that draws on the page's GPU can leave a frame. */
export interface PictureSurface {
  /** Textures of this size that nothing shows, to paint a frame in; null: nothing on this GPU is shown. */
  begin(width: number, height: number): PictureTextures | null;
}

export interface FrameSource {
  /** Milliseconds between frames of a moving view that it can keep by drawing coarser. */
  readonly interval: number;
  /**
   * Frames of a request, one for each scale. A new request of the same layer ends the earlier one, and so does the signal.
   *
   * @param layer which of several pictures of one page it is for
   * @param surface takes frames that can be painted; default: all come in memory
   */
  frames(layer: string, request: FrameRequest, signal: AbortSignal): AsyncIterable<Frame>;
  frames(layer: string, request: FrameRequest, signal: AbortSignal, surface: PictureSurface): AsyncIterable<ShownFrame>;
}
