/**
 * Draws training rays: uniformly over all pixels of all training views that the views' own masks allow, or uniformly over those of them that a ray
 * mask keeps (by rejection); where asked for, pixels without contrast are drawn less often (contrast.ts). Every draw comes from the run's generator: for
 * each ray pixel numbers until one is accepted, then for each ray three components if the background is random.
 *
 * Forward-facing views see the same places in about the same rows, so there the rays of a batch go row by row: neighbours then meet voxels that
 * lie near each other in memory.
 *
 * The next batch can be drawn ahead, while a step trains on the last one; no run is another for that.
 */
import { BOUNDED } from '../spaces/bounded.ts';
import { type FieldSpace } from '../spaces/space.ts';
import { backgroundColour, compositePixel, type Colour } from '../../datasets/background.ts';
import type { Background, View } from '../../datasets/scene-data.ts';
import { spaceFacts, spaceOf } from '../spaces/index.ts';
import { writeCameraRay } from '../geometry/camera.ts';
import type { TrainBatch } from '../engine/backend.ts';
import { InputError, SpikeRayError } from '../base/errors.ts';
import type { Random } from '../math/random.ts';
import { contrastAt, drawChance } from './contrast.ts';
import { indexPixels, viewOfPixel, type PixelIndex } from './pixel-index.ts';
import { maskedShare } from './ray-mask.ts';

/** Below this share of pixels rejection would take thousands of draws a ray, and there would be nothing worth training on. */
const LEAST_SHARE = 1e-4;

export class RaySampler {
  private shown: { readonly views: readonly View[]; readonly pixels: PixelIndex; readonly allowed: Uint32Array | null };
  private readonly space: FieldSpace;
  private readonly random: Random;
  private readonly randomBackground: boolean;
  private readonly colour: [number, number, number];
  /** The one drawn last, and the one before, which is still in use where the last was drawn ahead. */
  private readonly batches: { readonly rays: TrainBatch; readonly viewDirections: Float32Array }[];
  /** Drawn ahead: the batch, and the generator before it. */
  private ahead: { readonly batch: TrainBatch; readonly random: readonly number[] } | null = null;
  /** What contrast is seen in front of. */
  private readonly behind: Colour;
  private readonly flatPixels: number;
  /** Numbers of a batch's pixels. */
  private readonly drawn: Float64Array;
  /** Bits of the pixels to draw from; null: all. */
  private mask: Uint32Array | null;

  /**
   * @param count rays a batch
   * @param space of the field, in which the rays are wanted
   * @param flatPixels how often a pixel without contrast is drawn, where one with much of it is drawn once; 1: all alike
   * @throws InputError if the views' masks leave almost nothing
   */
  constructor(views: readonly View[], background: Background, count: number, random: Random, space: FieldSpace = BOUNDED, flatPixels = 1) {
    this.space = space;
    this.random = random;
    this.shown = shownFrom(views);
    this.mask = this.shown.allowed;
    this.randomBackground = background === 'random';
    this.behind = backgroundColour(background);
    this.colour = [...this.behind];
    this.flatPixels = flatPixels;
    const floats = (): Float32Array => new Float32Array(count * 3);
    this.batches = Array.from({ length: 2 }, () => ({
      rays: { count, origins: floats(), directions: floats(), target: floats(), background: floats().map((_, i) => this.colour[i % 3]) },
      viewDirections: floats(),
    }));
    this.drawn = new Float64Array(count);
  }

  get views(): readonly View[] {
    return this.shown.views;
  }

  get pixels(): PixelIndex {
    return this.shown.pixels;
  }

  /** Draws from all pixels of other views, or of the same in another resolution, from now on. */
  setViews(views: readonly View[]): void {
    this.takeBack();
    this.shown = shownFrom(views);
    this.mask = this.shown.allowed;
  }

  /**
   * Restricts draws to the allowed pixels whose bit is set (see ray-mask.ts); returns their share of all pixels.
   *
   * @throws SpikeRayError if almost none is
   */
  restrict(mask: Uint32Array): number {
    this.takeBack();
    const { allowed } = this.shown;
    const usable = allowed === null ? mask : mask.map((word, i) => word & allowed[i]);
    const share = maskedShare(usable, this.pixels);
    if (share < LEAST_SHARE) {
      throw new SpikeRayError(
        `Only ${(share * 100).toPrecision(2)} % of the training rays meet an occupied place: the field has become empty.`,
        'Train the coarse stage longer (coarse.steps), lower the alpha thresholds, or set fine.raysFrom=all.',
      );
    }
    this.mask = usable;
    return share;
  }

  /** The next batch. Valid until the next call. */
  next(): TrainBatch {
    const batch = this.ahead?.batch ?? this.drawBatch();
    this.ahead = null;
    return batch;
  }

  /** Draws the next batch already, for which the last one stays valid. The generator is then behind it: see `takeBack`. */
  drawAhead(): void {
    if (this.ahead !== null) return;
    const { state } = this.random;
    this.ahead = { batch: this.drawBatch(), random: state };
  }

  /** Forgets the batch drawn ahead, if there is one: the generator is as it was before. To be called before anything else draws from it, or it is saved. */
  takeBack(): void {
    if (this.ahead === null) return;
    this.random.state = this.ahead.random;
    this.batches.reverse();
    this.ahead = null;
  }

  private drawBatch(): TrainBatch {
    const { colour, drawn } = this;
    this.batches.reverse();
    const [{ rays: batch, viewDirections }] = this.batches;
    const { views, pixels } = this.shown;
    this.drawPixels();
    for (let ray = 0; ray < batch.count; ray++) {
      const view = viewOfPixel(pixels, drawn[ray]);
      const inView = drawn[ray] - pixels.first[view];
      const { rgba, intrinsics } = views[view];
      const row = Math.floor(inView / intrinsics.width);
      writeCameraRay(views[view], inView - row * intrinsics.width, row, batch.origins, batch.directions, ray);
      if (this.randomBackground) for (let c = 0; c < 3; c++) batch.background[ray * 3 + c] = colour[c] = this.random.float();
      compositePixel(rgba, inView, colour, batch.target, ray);
    }
    return spaceOf(this.space).fromWorld(batch, viewDirections);
  }

  private drawPixels(): void {
    const { drawn } = this;
    for (let ray = 0; ray < drawn.length; ray++) drawn[ray] = this.draw();
    if (!spaceFacts(this.space).forwardFacing) return;
    const { views, pixels } = this.shown;
    for (let ray = 0; ray < drawn.length; ray++) {
      const view = viewOfPixel(pixels, drawn[ray]);
      const row = Math.floor((drawn[ray] - pixels.first[view]) / views[view].intrinsics.width);
      drawn[ray] += row * pixels.total;
    }
    drawn.sort();
    for (let ray = 0; ray < drawn.length; ray++) drawn[ray] %= pixels.total;
  }

  private draw(): number {
    const { mask, random, flatPixels } = this;
    const { total } = this.shown.pixels;
    for (;;) {
      const pixel = random.integer(total);
      if (mask !== null && ((mask[pixel >>> 5] >>> (pixel & 31)) & 1) === 0) continue;
      if (flatPixels === 1 || random.float() < drawChance(this.contrastOf(pixel), flatPixels)) return pixel;
    }
  }

  private contrastOf(pixel: number): number {
    const { views, pixels } = this.shown;
    const view = viewOfPixel(pixels, pixel);
    return contrastAt(views[view], pixel - pixels.first[view], this.behind);
  }
}

function shownFrom(views: readonly View[]): RaySampler['shown'] {
  const pixels = indexPixels(views);
  return { views, pixels, allowed: allowedPixels(views, pixels) };
}

/** One bit a pixel: may it be trained on? Null if no view has a mask. */
function allowedPixels(views: readonly View[], pixels: PixelIndex): Uint32Array | null {
  if (views.every(({ mask }) => mask === undefined)) return null;
  const bits = new Uint32Array(Math.ceil(pixels.total / 32));
  views.forEach(({ mask, intrinsics: { width, height } }, view) => {
    const first = pixels.first[view];
    for (let i = 0; i < width * height; i++) if (mask === undefined || mask[i] === 1) bits[(first + i) >>> 5] |= 1 << ((first + i) & 31);
  });
  if (maskedShare(bits, pixels) < LEAST_SHARE) {
    throw new InputError(
      'The masks of the training views leave no pixels to train on: they are black where a pixel is to be ignored, white elsewhere.',
      'Invert the masks, or leave them out (mask_path).',
    );
  }
  return bits;
}
