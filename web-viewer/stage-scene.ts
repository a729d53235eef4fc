/**
 * What the stage shows: a three.js scene of pictures and lines on one canvas. three draws it on the page's GPU if pictures are painted there, on
 * the same device, so that they are shown where they lie; else, and when that GPU is lost, with WebGL 2.
 */
import { LinearSRGBColorSpace, Scene, type PerspectiveCamera } from 'three';
import { WebGPURenderer } from 'three/webgpu';
import { element } from './elements.ts';
import { PicturePlane } from './picture-plane.ts';
import { SceneLines } from './scene-lines.ts';
import type { Pane } from './stage-layout.ts';

/** Pictures in one place. */
export interface StagePart {
  readonly pane: Pane;
  readonly planes: readonly PicturePlane[];
}

export interface StageListener {
  /** What was painted is gone, with the GPU. */
  lost(): void;
  /** Nothing can be shown, and why. */
  failed(reason: string): void;
}

export class StageScene {
  readonly lines: SceneLines;
  private readonly parent: HTMLElement;
  private readonly camera: PerspectiveCamera;
  private readonly scene = new Scene();
  private readonly pictures = new Set<PicturePlane>();
  private parts: readonly StagePart[] = [];
  private readonly listener: StageListener;
  private renderer: WebGPURenderer | null = null;
  private device: GPUDevice | null = null;
  private waiting = false;
  private over = false;

  /** @param gpu what pictures are painted on; null: nothing */
  constructor(parent: HTMLElement, camera: PerspectiveCamera, gpu: Promise<GPUDevice | null>, listener: StageListener) {
    this.parent = parent;
    this.camera = camera;
    this.listener = listener;
    this.lines = new SceneLines(() => {
      this.draw();
    });
    void gpu.then((device) => this.show(device));
  }

  addPicture(): PicturePlane {
    const picture = new PicturePlane(this.camera);
    picture.device = this.device;
    this.pictures.add(picture);
    return picture;
  }

  /** Which pictures are seen where. */
  divide(parts: readonly StagePart[]): void {
    this.parts = parts;
    this.draw();
  }

  /** It is not shown any more; disposing of it is the caller's. */
  removePicture(picture: PicturePlane): void {
    this.pictures.delete(picture);
  }

  /** To the size of the stage on the page; while it is not there to be seen, it keeps the one it had. */
  resize(): void {
    const { renderer, parent } = this;
    if (parent.clientWidth === 0 || parent.clientHeight === 0) return;
    renderer?.setPixelRatio(devicePixelRatio);
    renderer?.setSize(parent.clientWidth, parent.clientHeight, false);
    this.draw();
  }

  /** Draws once before the next repaint, however often it is asked. */
  draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.render();
    });
  }

  /** What it was shown on is free again. */
  dispose(): void {
    this.over = true;
    this.renderer?.domElement.remove();
    this.renderer?.dispose();
    this.renderer = null;
  }

  /** The camera of the lines nearest to a place on the stage; null if none is near. */
  cameraAt(x: number, y: number): number | null {
    const at = this.parts.find(({ pane: { left, top, width, height } }) => x >= left && x < left + width && y >= top && y < top + height);
    return at === undefined ? null : this.lines.cameraAt(x - at.pane.left, y - at.pane.top, at.pane, this.camera);
  }

  /** Each part in its place, with the lines over it. */
  private render(): void {
    const { renderer, scene, lines, parent } = this;
    if (renderer === null) return;
    renderer.setScissorTest(false);
    renderer.setViewport(0, 0, parent.clientWidth, parent.clientHeight);
    renderer.clear();
    renderer.setScissorTest(true);
    for (const { pane, planes } of this.parts) {
      const { left, top, width, height } = pane;
      renderer.setViewport(left, top, width, height);
      renderer.setScissor(left, top, width, height);
      scene.clear();
      scene.add(lines.group, ...planes.map(({ mesh }) => mesh));
      renderer.render(scene, this.camera);
    }
  }

  /** Opens the stage on a GPU, or without one; what hinders it is said. */
  private async show(device: GPUDevice | null): Promise<void> {
    try {
      await this.open(device);
    } catch (error) {
      this.listener.failed(`Nothing is shown: ${(error as Error).message}`);
    }
  }

  private async open(device: GPUDevice | null): Promise<void> {
    const canvas = element('canvas', { className: 'stage-canvas' });
    canvas.setAttribute('aria-hidden', 'true');
    if (device === null && element('canvas').getContext('webgl2') === null) {
      this.listener.failed('This browser has no WebGL 2, so nothing is shown. Turn on its hardware acceleration, or use another browser.');
      return;
    }
    const renderer = new WebGPURenderer({ canvas, antialias: true, ...(device === null ? { forceWebGL: true } : { device }) });
    // Pictures and lines have the colours of the page already.
    renderer.outputColorSpace = LinearSRGBColorSpace;
    renderer.autoClear = false;
    // What the device reports, its owner says: src/backends/webgpu/device.ts.
    renderer.onError = () => undefined;
    renderer.onDeviceLost = () => {
      if (device === null) void this.show(null);
    };
    await renderer.init();
    if (this.over) {
      renderer.dispose();
      return;
    }
    this.renderer?.domElement.remove();
    this.renderer?.dispose();
    this.renderer = renderer;
    this.device = device;
    for (const picture of this.pictures) picture.device = device;
    this.parent.prepend(canvas);
    this.resize();
    void device?.lost.then(async () => {
      await this.show(null);
      this.listener.lost();
    });
  }
}
