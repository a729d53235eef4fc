/** A photo as the camera of the stage sees it. */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { element } from './elements.ts';

/** A photo with the intrinsics of its camera; the image may be smaller than they say. */
export interface Photo {
  readonly image: ImageBitmap;
  readonly intrinsics: Intrinsics;
}

/** @param photo null: the background alone */
export function photoImage(photo: Photo | null, intrinsics: Intrinsics, background: string): ImageData {
  const { width, height } = intrinsics;
  const context = element('canvas', { width, height }).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  if (photo !== null) {
    const { image, intrinsics: own } = photo;
    const scale = intrinsics.fy / own.fy;
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, intrinsics.cx - own.cx * scale, intrinsics.cy - own.cy * scale, own.width * scale, own.height * scale);
  }
  return context.getImageData(0, 0, width, height);
}
