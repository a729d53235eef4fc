/** The pictures on the stage, side by side as parts of one view: runs drawn by frame sources, and the photo. Dividers between them move. */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import type { FrameSource, ShownFrame } from '../src/frames/frame-source.ts';
import { element } from './elements.ts';
import { FrameLoop, type WantedPicture } from './frame-loop.ts';
import { PictureLayer } from './picture-layer.ts';
import { rgbaOf, type Region } from './picture-plane.ts';
import type { StageScene } from './stage-scene.ts';

/** What one part shows; without a source, the photo. */
export interface Part {
  readonly title: string;
  readonly source: FrameSource | null;
}

/** A photo with the intrinsics of its camera. */
export interface Photo {
  readonly image: ImageBitmap;
  readonly intrinsics: Intrinsics;
}

export interface PictureListener {
  shown(part: number, frame: ShownFrame, full: boolean): void;
  problem(text: string | null): void;
  /** Other parts of the view are seen: ask for the pictures again. */
  divided(): void;
}

/** Least share of the stage that a part keeps. */
const LEAST = 0.08;
const KEY_STEP = 0.02;

export class Pictures {
  private readonly stage: HTMLElement;
  private readonly scene: StageScene;
  private readonly listener: PictureListener;
  private parts: { readonly plan: Part; readonly layer: PictureLayer; readonly loop: FrameLoop | null }[] = [];
  /** Where part i ends and the next begins. */
  private divisions: number[] = [];
  private dividers: HTMLElement[] = [];
  /** Of the view that is wanted. */
  private width = 1;

  /** @param stage for titles and dividers */
  constructor(stage: HTMLElement, scene: StageScene, listener: PictureListener) {
    this.stage = stage;
    this.scene = scene;
    this.listener = listener;
  }

  show(plans: readonly Part[]): void {
    for (const { layer, loop } of this.parts) layer.remove(loop?.stop());
    for (const divider of this.dividers) divider.remove();
    this.parts = plans.map((plan, i) => {
      const layer = new PictureLayer(this.stage, this.scene);
      layer.name(plans.length > 1 ? plan.title : '');
      const listener = {
        shown: (frame: ShownFrame, full: boolean) => {
          layer.plane.show(frame);
          this.scene.draw();
          this.listener.shown(i, frame, full);
        },
        problem: (text: string | null) => {
          this.listener.problem(text);
        },
      };
      return { plan, layer, loop: plan.source && new FrameLoop(`part-${i}`, plan.source, layer.plane, listener) };
    });
    this.divisions = plans.slice(1).map((_, i) => (i + 1) / plans.length);
    this.dividers = this.divisions.map((_, i) => this.divider(i));
    this.place();
  }

  /** All pictures are at full resolution. */
  get complete(): boolean {
    return this.parts.every(({ loop }) => loop?.complete ?? true);
  }

  /** Draws again what changed behind the same view. */
  redraw(): void {
    for (const { loop } of this.parts) loop?.redraw();
  }

  /** @param wanted with the camera of the whole stage, of which each part draws its columns */
  want(wanted: WantedPicture, moving: boolean): void {
    this.width = wanted.camera.intrinsics.width;
    this.place();
    for (const [i, { loop }] of this.parts.entries()) loop?.want(this.ofPart(i, wanted).wanted, moving);
  }

  /** A view at full resolution, drawn on a canvas of its size; what is on the stage stays there. Photos are left out. */
  async draw(canvas: HTMLCanvasElement, wanted: WantedPicture, signal: AbortSignal): Promise<void> {
    const context = canvas.getContext('2d')!;
    for (const [i, { plan }] of this.parts.entries()) {
      const part = this.ofPart(i, wanted);
      const frames = plan.source?.frames(`still-${i}`, { ...part.wanted, scales: [1] }, signal) ?? [];
      for await (const frame of frames) context.putImageData(new ImageData(rgbaOf(frame.pixels), frame.width), part.from, 0);
    }
  }

  /** The columns of a view that part i shows, from the first one on. */
  private ofPart(i: number, wanted: WantedPicture): { readonly from: number; readonly wanted: WantedPicture } {
    const { camToWorld, intrinsics } = wanted.camera;
    const { left, right } = this.region(i);
    const [from, to] = [Math.round(left * intrinsics.width), Math.round(right * intrinsics.width)];
    const part = { ...intrinsics, width: Math.max(1, to - from), cx: intrinsics.cx - from };
    return { from, wanted: { ...wanted, camera: { camToWorld, intrinsics: part } } };
  }

  /**
   * Draws the photo into the part that is for it.
   *
   * @param atCamera a camera of the scene is looked through: if there is no photo yet, it comes
   * @param intrinsics of the whole stage
   */
  showPhoto(photo: Photo | null, atCamera: boolean, intrinsics: Intrinsics, background: string): void {
    const i = this.parts.findIndex(({ plan }) => plan.source === null);
    if (i < 0) return;
    const { left, right } = this.region(i);
    const width = Math.max(1, Math.round((right - left) * intrinsics.width));
    const missing = atCamera ? 'loading the photo …' : 'photo: go to a camera of the scene';
    this.parts[i].layer.name(photo === null ? missing : 'photo');
    const context = element('canvas', { width, height: intrinsics.height }).getContext('2d', { willReadFrequently: true })!;
    context.fillStyle = background;
    context.fillRect(0, 0, width, intrinsics.height);
    if (photo !== null) {
      const { image, intrinsics: own } = photo;
      const scale = intrinsics.fy / own.fy;
      const x = intrinsics.cx - left * intrinsics.width - own.cx * scale;
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, x, intrinsics.cy - own.cy * scale, own.width * scale, own.height * scale);
    }
    this.parts[i].layer.plane.showImage(context.getImageData(0, 0, width, intrinsics.height));
  }

  private region(i: number): Region {
    return { left: this.divisions[i - 1] ?? 0, right: this.divisions[i] ?? 1 };
  }

  private place(): void {
    // Whole pixels, so that none is seen between two.
    const snap = (share: number): number => Math.round(share * this.width) / this.width;
    for (const [i, { layer }] of this.parts.entries()) {
      const { left, right } = this.region(i);
      layer.place({ left: snap(left), right: snap(right) });
    }
    for (const [i, divider] of this.dividers.entries()) {
      divider.style.left = `${this.divisions[i] * 100}%`;
      divider.setAttribute('aria-valuenow', String(Math.round(this.divisions[i] * 100)));
    }
  }

  private divider(i: number): HTMLElement {
    const divider = element('div', {
      className: 'divider',
      tabIndex: 0,
      label: `Between ${this.parts[i].plan.title} and ${this.parts[i + 1].plan.title}`,
    });
    divider.setAttribute('role', 'separator');
    divider.setAttribute('aria-orientation', 'vertical');
    divider.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      divider.setPointerCapture(event.pointerId);
    });
    divider.addEventListener('pointermove', (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      const { left, width } = this.stage.getBoundingClientRect();
      this.divide(i, (event.clientX - left) / width);
    });
    divider.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.divide(i, this.divisions[i] + step);
    });
    this.stage.append(divider);
    return divider;
  }

  private divide(i: number, at: number): void {
    const { left } = this.region(i);
    const { right } = this.region(i + 1);
    this.divisions[i] = Math.min(right - LEAST, Math.max(left + LEAST, at));
    this.place();
    this.listener.divided();
  }
}
