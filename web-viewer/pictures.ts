/** The pictures on the stage: runs drawn by frame sources, the photo, and what distinguishes two runs; all of them of one view, on one scale. */
import type { Intrinsics } from '../src/geometry/intrinsics.ts';
import { colourContent, type ColourStyle } from '../src/frames/frame-content.ts';
import type { Frame, FrameSource, FrameTarget, ShownFrame, WantedPicture } from '../src/frames/frame-source.ts';
import { contrastStyle, sharedScale, styleOf } from './colour-scales.ts';
import { contrastOf } from './contrast.ts';
import { FrameLoop } from './frame-loop.ts';
import type { ShownStyles } from './legend-entries.ts';
import { photoImage, type Photo } from './photo-image.ts';
import type { PartPlan } from './part-plan.ts';
import { PictureLayer } from './picture-layer.ts';
import type { Region } from './picture-plane.ts';
import type { Pane, StageLayout } from './stage-layout.ts';
import type { StageScene } from './stage-scene.ts';
import type { ViewState } from './view-state.ts';
import { Wipe } from './wipe.ts';

export interface PictureListener {
  /** Frames or their colours have changed. */
  shown(): void;
  problem(text: string | null): void;
}

interface Part {
  readonly plan: PartPlan;
  readonly layer: PictureLayer;
  readonly loop: FrameLoop | null;
  /** The newest, of a run. */
  frame: ShownFrame | null;
  /** What its colours were made with. */
  style: string;
}

const inMemory = (frame: ShownFrame | null): frame is Frame => frame !== null && 'content' in frame;

export class Pictures {
  private readonly stage: HTMLElement;
  private readonly scene: StageScene;
  private readonly layout: StageLayout;
  private readonly state: ViewState;
  private readonly listener: PictureListener;
  private readonly wipe: Wipe;
  private parts: Part[] = [];
  /** Colours of what is shown now. */
  styles: ShownStyles = { shared: null, contrast: null };

  /** @param stage for titles and dividers */
  constructor(stage: HTMLElement, scene: StageScene, layout: StageLayout, state: ViewState, listener: PictureListener) {
    this.stage = stage;
    this.scene = scene;
    this.layout = layout;
    this.state = state;
    this.listener = listener;
    this.wipe = new Wipe(stage, () => {
      this.place();
      this.scene.draw();
    });
  }

  show(plans: readonly PartPlan[]): void {
    for (const { layer, loop } of this.parts) layer.remove(loop?.stop());
    const paints = !plans.some(({ kind }) => kind === 'contrast');
    this.parts = plans.map((plan, i) => {
      const layer = new PictureLayer(this.stage, this.scene);
      layer.name(plans.length > 1 ? plan.title : '');
      if (plan.kind !== 'run') return { plan, layer, loop: null, frame: null, style: '' };
      const loop = new FrameLoop(`part-${i}`, plan.source, this.targetOf(i, layer, paints), this.listener.problem);
      return { plan, layer, loop, frame: null, style: '' };
    });
    this.layout.parts = plans.length;
    this.wipe.show(this.layout.wipes ? plans.map(({ title }) => title) : []);
    this.place();
  }

  /** The newest frame of each run, beside the run's title. */
  get frames(): { readonly title: string; readonly frame: ShownFrame }[] {
    return this.parts.flatMap(({ plan, frame }) => (frame === null ? [] : [{ title: plan.title, frame }]));
  }

  get plans(): readonly PartPlan[] {
    return this.parts.map(({ plan }) => plan);
  }

  /** Columns of a pane that part i shows. */
  region(i: number): Region {
    return this.layout.wipes ? this.wipe.region(i) : { left: 0, right: 1 };
  }

  /** The run that is seen at a place of the stage, and the rectangle of its whole picture; null where none is. */
  runAt(x: number, y: number): { readonly pane: Pane; readonly source: FrameSource } | null {
    const { panes, wipes } = this.layout;
    for (const [i, { plan }] of this.parts.entries()) {
      const pane = panes[wipes ? 0 : i];
      const { left, right } = this.region(i);
      const across = (x - pane.left) / pane.width;
      if (plan.kind === 'run' && across >= left && across < right && y >= pane.top && y < pane.top + pane.height)
        return { pane, source: plan.source };
    }
    return null;
  }

  /** All pictures are at full resolution. */
  get complete(): boolean {
    return this.parts.every(({ loop }) => loop?.complete ?? true);
  }

  /** Draws again what changed behind the same view. */
  redraw(): void {
    for (const { loop } of this.parts) loop?.redraw();
  }

  /** @param wanted with the camera of one pane */
  want(wanted: WantedPicture, moving: boolean): void {
    for (const { loop } of this.parts) loop?.want(wanted, moving);
  }

  /** To the size of the stage. */
  place(): void {
    const { panes, wipes } = this.layout;
    for (const [i, { layer }] of this.parts.entries()) {
      layer.place(panes[wipes ? 0 : i], this.region(i));
    }
    const planes = this.parts.map(({ layer }) => layer.plane);
    this.scene.divide(wipes ? [{ pane: panes[0], planes }] : panes.map((pane, i) => ({ pane, planes: [planes[i]] })));
  }

  /** Draws the photo into the part that is for it. @param missing why there is none */
  showPhoto(photo: Photo | null, missing: string, intrinsics: Intrinsics): void {
    const part = this.parts.find(({ plan }) => plan.kind === 'photo');
    if (part === undefined) return;
    part.layer.name(photo === null ? missing : part.plan.title);
    part.layer.plane.showImage(photoImage(photo, intrinsics, this.state.background));
  }

  /** Shows a photo of the view where there is no picture of it yet. */
  preview(photo: Photo, intrinsics: Intrinsics): void {
    for (const { loop, frame, layer } of this.parts)
      if (loop !== null && frame === null) layer.plane.showImage(photoImage(photo, intrinsics, this.state.background));
    this.scene.draw();
  }

  /** Gives values their colours again: map or scale are others. */
  recolour(): void {
    const { output } = this.state;
    const shown = this.parts.filter(({ frame }) => frame?.output === output);
    const frames = shown.map(({ frame }) => frame).filter(inMemory);
    const shared = styleOf(this.state, sharedScale(frames.map(({ content }) => content)));
    for (const part of shown) {
      const { frame, layer } = part;
      const style = JSON.stringify(shared);
      if (!inMemory(frame) || part.style === style) continue;
      layer.plane.show(frame, colourContent(frame.content, frame.opacity, shared));
      part.style = style;
    }
    this.styles = { shared, contrast: this.showContrast(frames) };
    this.scene.draw();
    this.listener.shown();
  }

  private showContrast([first, second]: readonly Frame[]): ColourStyle | null {
    const part = this.parts.find(({ plan }) => plan.kind === 'contrast');
    if (part?.plan.kind !== 'contrast' || first === undefined || second === undefined) return null;
    const found = contrastOf(part.plan.contrast, first, second);
    if (found === null) return null;
    const style = contrastStyle(found.content.scale);
    part.layer.plane.show(first, colourContent(found.content, found.opacity, style));
    return style;
  }

  private targetOf(i: number, { plane }: PictureLayer, paints: boolean): FrameTarget {
    const took = (frame: ShownFrame): void => {
      this.parts[i].frame = frame;
      this.parts[i].style = '';
      this.recolour();
    };
    const painted: FrameTarget['surface'] = {
      begin: (width, height) => plane.begin(width, height),
      painted: (frame) => {
        plane.showPainted(frame);
        took(frame);
      },
    };
    return { take: took, surface: paints ? painted : undefined };
  }
}
