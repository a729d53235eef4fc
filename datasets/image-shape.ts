/** Whether an image has the shape that its camera is for: intrinsics can be scaled to another size, not to another shape. */
import { InputError } from '../src/base/errors.ts';
import type { Size } from '../src/geometry/intrinsics.ts';

/** How much the two sides of an image may be scaled differently: copies are rounded to whole pixels. */
const ROUNDING = 0.02;

export function hasShape({ width, height }: Size, shape: Size): boolean {
  return Math.abs((width * shape.height) / (height * shape.width) - 1) <= ROUNDING + 1 / Math.min(width, height);
}

/** @param where file and camera, for the message */
export function checkShape(where: string, image: Size, shape: Size): void {
  if (hasShape(image, shape)) return;
  const isTurned = hasShape({ width: image.height, height: image.width }, shape);
  throw new InputError(
    `${where}: expected an image of the shape ${shape.width}x${shape.height}, found one of ${image.width}x${image.height}${isTurned ? ': it lies on its side' : ''}`,
    isTurned
      ? 'Turn the image, or set scene.orientation=stored or upright if its EXIF data misleads.'
      : 'Use the images that the cameras were computed from, or whole copies of them, and undo any cropping.',
  );
}
