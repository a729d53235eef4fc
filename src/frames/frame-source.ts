/**
 * Where a viewer's pictures come from: a server, a worker of the page, or the page's GPU. All take the same request and answer it with the same
 * frames, coarse ones first.
 */
import type { Vec3 } from '../geometry/vector.ts';
import type { PictureTextures } from '../engine/backend.ts';
import type { Camera } from '../geometry/camera.ts';
import type { CropBox } from './crop-occupancy.ts';
import type { FrameContent } from './frame-content.ts';
import type { ProbeRequest, RayProbe } from './ray-probe.ts';
import type { FrameStatistics, OutputMode } from './output-modes.ts';

/** What is to be seen. Data alone: it travels to workers and servers. */
export interface WantedPicture {
  /** At full resolution. */
  readonly camera: Camera;
  readonly output: OutputMode;
  readonly background: Vec3;
  /** Nothing outside of it is shown; null: everything. */
  readonly crop: CropBox | null;
}

/** One picture that somebody waits for: what it shows, how fine, until when it is wanted, and where it goes. */
export interface FrameRequest {
  readonly picture: WantedPicture;
  /** Divisors of the resolution, in the order in which the frames are wanted: [4, 1] is a quarter of width and height, then all of it. */
  readonly scales: readonly number[];
  /** Which of several pictures of one page it is for: a new request of the same layer ends the earlier one. */
  readonly layer: string;
  /** Ends it as well. */
  readonly signal: AbortSignal;
  readonly target: FrameTarget;
}

/** What of a request travels. */
export type SentRequest = Omit<FrameRequest, 'signal' | 'target'>;

export interface FrameFacts {
  readonly width: number;
  readonly height: number;
  /** The divisor it was drawn with. */
  readonly scale: number;
  readonly output: OutputMode;
  readonly statistics: FrameStatistics;
  /** Time of drawing alone. */
  readonly seconds: number;
  /** The training step that the field stands at. */
  readonly step: number;
}

/** A frame in memory. */
export interface Frame extends FrameFacts {
  readonly content: FrameContent;
  /** [height,width] metres along the ray * 1 / metresPerUnit; 65535: nothing opaque there. */
  readonly depth: Uint16Array;
  readonly metresPerUnit: number;
  /** [height,width] 0..255 */
  readonly opacity: Uint8Array;
}

/** A frame of colours on the GPU that shows it. */
export interface PaintedFrame extends FrameFacts {
  readonly textures: PictureTextures;
}

export type ShownFrame = Frame | PaintedFrame;

export interface FrameTarget {
  readonly take: (frame: Frame) => void;
  /** Where a source that draws on the page's GPU can leave a frame; without it, all frames come in memory. */
  readonly surface?: PictureSurface;
}

export interface PictureSurface {
  /** Textures of this size that nothing shows, to paint a frame in; null: nothing on this GPU is shown. */
  readonly begin: (width: number, height: number) => PictureTextures | null;
  readonly painted: (frame: PaintedFrame) => void;
}

export interface FrameSource {
  /** Milliseconds between frames of a moving view that it can keep by drawing coarser. */
  readonly interval: number;
  /**
   * Gives the target a frame for each scale. Resolves after the last, or when a newer request of the same layer has taken its place.
   *
   * @throws the signal's reason when it is given up; what hinders drawing
   */
  draw(request: FrameRequest): Promise<void>;
  /** What happens along the ray of a pixel. Throws what hinders it, RangeError for a pixel outside of the picture. */
  probe(request: ProbeRequest): Promise<RayProbe>;
}
