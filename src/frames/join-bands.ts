/** A picture drawn in bands of rows, one above the other, so that its size has no limit and it is known how far it is. */
import type { Camera } from '../geometry/camera.ts';
import { nearlyGreatest } from '../energy/report/maps.ts';
import { evenScale } from '../math/value-scale.ts';
import type { FrameContent } from './frame-content.ts';
import type { Frame, FrameSource, WantedPicture } from './frame-source.ts';
import { FROM_ZERO } from './output-modes.ts';

/** Pixels of a band: some tenths of a second of a processor. */
const BAND_PIXELS = 65536;
/** Rows on either side that a band's edge looks at: normals are of the depth image. */
const OVERLAP = 1;

export interface BandsRequest {
  readonly layer: string;
  readonly signal: AbortSignal;
  /** Takes the share of the picture that is drawn. */
  readonly progress: (share: number) => void;
}

export interface JoinedPicture {
  readonly content: FrameContent;
  /** [height,width] 0..255 */
  readonly opacity: Uint8Array;
}

/** @throws what the source throws */
export async function drawInBands(source: Pick<FrameSource, 'draw'>, wanted: WantedPicture, request: BandsRequest): Promise<JoinedPicture> {
  const { width, height } = wanted.camera.intrinsics;
  const rows = Math.max(1, Math.floor(BAND_PIXELS / width));
  const opacity = new Uint8Array(width * height);
  let content: FrameContent | null = null;
  for (let top = 0; top < height; top += rows) {
    request.progress(top / height);
    const first = Math.max(0, top - OVERLAP);
    const end = Math.min(height, top + rows);
    const last = Math.min(height, end + OVERLAP);
    const frame = await drawBand(source, { ...wanted, camera: bandOf(wanted.camera, first, last) }, request);
    const [from, to] = [(top - first) * width, (end - first) * width];
    opacity.set(frame.opacity.subarray(from, to), top * width);
    content ??= emptyLike(frame.content, width * height);
    if (content.kind === 'values' && frame.content.kind === 'values')
      content.values.set(frame.content.values.subarray(from, to), top * width);
    else if (content.kind === 'colours' && frame.content.kind === 'colours')
      content.rgb.set(frame.content.rgb.subarray(from * 3, to * 3), top * width * 3);
  }
  request.progress(1);
  return { content: fitted(content!, wanted), opacity };
}

/** With the scale that fits all bands. */
function fitted(content: FrameContent, { output }: WantedPicture): FrameContent {
  if (content.kind === 'colours' || !FROM_ZERO.includes(output)) return content;
  return { ...content, scale: evenScale(0, nearlyGreatest(content.values)) };
}

function emptyLike(content: FrameContent, pixels: number): FrameContent {
  if (content.kind === 'colours') return { kind: 'colours', rgb: new Uint8Array(pixels * 3) };
  return { ...content, values: new Float32Array(pixels) };
}

function bandOf({ camToWorld, intrinsics }: Camera, first: number, last: number): Camera {
  return { camToWorld, intrinsics: { ...intrinsics, height: last - first, cy: intrinsics.cy - first } };
}

async function drawBand(source: Pick<FrameSource, 'draw'>, picture: WantedPicture, { layer, signal }: BandsRequest): Promise<Frame> {
  let drawn: Frame | null = null;
  const take = (frame: Frame): void => {
    drawn = frame;
  };
  await source.draw({ picture, scales: [1], layer, signal, target: { take } });
  signal.throwIfAborted();
  if (drawn === null) throw new Error('The picture was given up before it was drawn.');
  return drawn;
}
