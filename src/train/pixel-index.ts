/** All pixels of all views as one range of numbers [0, total): view after view, row-major. */
import type { View } from '../../datasets/scene-data.ts';

export interface PixelIndex {
  /** [views] number of each view's first pixel. */
  readonly first: Float64Array;
  readonly total: number;
}

export function indexPixels(views: readonly View[]): PixelIndex {
  const first = new Float64Array(views.length);
  let total = 0;
  views.forEach(({ intrinsics }, i) => {
    first[i] = total;
    total += intrinsics.width * intrinsics.height;
  });
  return { first, total };
}

/** The view that pixel number `pixel` belongs to. */
export function viewOfPixel(index: PixelIndex, pixel: number): number {
  let low = 0;
  let high = index.first.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (index.first[middle] <= pixel) low = middle;
    else high = middle - 1;
  }
  return low;
}
