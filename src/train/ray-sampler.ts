/**
 * Draws training rays: uniformly over all pixels of all training views, or uniformly over the pixels of a mask (by rejection). Every draw comes
 * from the run's generator, in this order for each ray: pixel numbers until one is accepted, then three components if the background is random.
 */
import { backgroundColour, compositePixel } from '../../datasets/background.ts';
import type { Background, View } from '../../datasets/scene-data.ts';
import { writeCameraRay } from '../../renderer/rays.ts';
import type { TrainBatch } from '../backends/backend.ts';
import { SpikeRayError } from '../errors.ts';
import type { Random } from '../math/random.ts';
import { indexPixels, viewOfPixel, type PixelIndex } from './pixel-index.ts';
import { maskedShare } from './ray-mask.ts';

/** Below this share of pixels rejection would take thousands of draws a ray, and there would be nothing worth training on. */
const LEAST_SHARE = 1e-4;

export class RaySampler {
  readonly pixels: PixelIndex;
  private readonly views: readonly View[];
  private readonly random: Random;
  private readonly randomBackground: boolean;
  private readonly colour: [number, number, number];
  private readonly batch: TrainBatch;
  private mask: Uint32Array | null = null;

  /** @param count rays a batch */
  constructor(views: readonly View[], background: Background, count: number, random: Random) {
    this.views = views;
    this.random = random;
    this.pixels = indexPixels(views);
    this.randomBackground = background === 'random';
    this.colour = [...backgroundColour(background)];
    const floats = (): Float32Array => new Float32Array(count * 3);
    this.batch = { count, origins: floats(), directions: floats(), target: floats(), background: floats() };
    for (let i = 0; i < count * 3; i++) this.batch.background[i] = this.colour[i % 3];
  }

  /**
   * Restricts draws to the pixels whose bit is set (see ray-mask.ts); returns their share of all pixels.
   *
   * @throws SpikeRayError if almost none is
   */
  restrict(mask: Uint32Array): number {
    const share = maskedShare(mask, this.pixels);
    if (share < LEAST_SHARE) {
      throw new SpikeRayError(
        `Only ${(share * 100).toPrecision(2)} % of the training rays meet an occupied place: the field has become empty.`,
        'Train the coarse stage longer (coarse.steps), lower the alpha thresholds, or set fine.raysFrom=all.',
      );
    }
    this.mask = mask;
    return share;
  }

  /** The next batch. The same arrays every time: valid until the next call. */
  next(): TrainBatch {
    const { batch, views, pixels, colour } = this;
    for (let ray = 0; ray < batch.count; ray++) {
      const pixel = this.draw();
      const view = viewOfPixel(pixels, pixel);
      const inView = pixel - pixels.first[view];
      const { rgba, intrinsics } = views[view];
      const row = Math.floor(inView / intrinsics.width);
      writeCameraRay(views[view], inView - row * intrinsics.width, row, batch.origins, batch.directions, ray);
      if (this.randomBackground) for (let c = 0; c < 3; c++) batch.background[ray * 3 + c] = colour[c] = this.random.float();
      compositePixel(rgba, inView, colour, batch.target, ray);
    }
    return batch;
  }

  private draw(): number {
    const { mask, random } = this;
    const total = this.pixels.total;
    if (mask === null) return random.integer(total);
    for (;;) {
      const pixel = random.integer(total);
      if ((mask[pixel >>> 5] >>> (pixel & 31)) & 1) return pixel;
    }
  }
}
