/**
 * What distinguishes two frames of the same view, pixel by pixel:
 *
 *     difference of values    a - b
 *     ratio of values         log2(a / b); nothing where one of them is 0
 *     of colours              root mean square difference of the channels, 0..1
 */
import { evenScale, type ValueScale } from '../src/math/value-scale.ts';
import type { FrameContent } from '../src/frames/frame-content.ts';
import type { Frame } from '../src/frames/frame-source.ts';

export type Contrast = 'difference' | 'ratio';

export interface ContrastFrame {
  readonly content: Extract<FrameContent, { kind: 'values' }>;
  /** [height,width] 0..255: 0 where nothing can be said. */
  readonly opacity: Uint8Array;
}

export type Compared = Pick<Frame, 'width' | 'height' | 'content'>;

/** Share of the pixels that may lie beyond the ends of the scale. */
const BEYOND = 0.005;

/** null while the frames are not of one kind and size. */
export function contrastOf(kind: Contrast, a: Compared, b: Compared): ContrastFrame | null {
  if (a.width !== b.width || a.height !== b.height) return null;
  if (a.content.kind === 'colours' && b.content.kind === 'colours') return ofColours(a.content.rgb, b.content.rgb);
  if (a.content.kind !== 'values' || b.content.kind !== 'values') return null;
  const [theirs, ours] = [a.content.values, b.content.values];
  const values = new Float32Array(theirs.length);
  const opacity = new Uint8Array(theirs.length).fill(255);
  for (let i = 0; i < values.length; i++) {
    if (kind === 'difference') values[i] = theirs[i] - ours[i];
    else if (theirs[i] > 0 && ours[i] > 0) values[i] = Math.log2(theirs[i] / ours[i]);
    else opacity[i] = 0;
  }
  return { content: { kind: 'values', values, scale: about(values) }, opacity };
}

function ofColours(a: Uint8Array, b: Uint8Array): ContrastFrame {
  const values = new Float32Array(a.length / 3);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let c = i * 3; c < i * 3 + 3; c++) sum += ((a[c] - b[c]) / 255) ** 2;
    values[i] = Math.sqrt(sum / 3);
  }
  const { high } = about(values);
  return { content: { kind: 'values', values, scale: evenScale(0, high) }, opacity: new Uint8Array(values.length).fill(255) };
}

/** Symmetric about zero. */
function about(values: Float32Array): ValueScale {
  const sizes = values
    .filter((value) => value !== 0)
    .map(Math.abs)
    .sort();
  const most = sizes.length === 0 ? 1 : sizes[Math.floor((sizes.length - 1) * (1 - BEYOND))];
  return evenScale(-most, most);
}
