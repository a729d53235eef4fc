/**
 * What the stage shows: a three.js scene of pictures and lines on one canvas. three draws it on the page's GPU if pictures are painted there, on
 * the same device, so that they are shown where they lie; else, and when that GPU is lost, with WebGL 2.
 */
import { LinearSRGBColorSpace, Scene, type PerspectiveCamera } from 'three';
import { WebGPURenderer } from 'three/webgpu';
import { element } from './elements.ts';
import { PicturePlane } from './picture-plane.ts';
import { SceneLines } from './scene-lines.ts';

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
  private readonly listener: StageListener;
  private renderer: WebGPURenderer | null = null;
  private device: GPUDevice | null = null;
  private waiting = false;

  /** @param gpu what pictures are painted on; null: nothing */
  constructor(parent: HTMLElement, camera: PerspectiveCamera, gpu: Promise<GPUDevice | null>, listener: StageListener) {
    this.parent = parent;
    this.camera = camera;
    this.listener = listener;
    this.lines = new SceneLines(() => {
      this.draw();
    });
    this.scene.add(this.lines.group);
    void gpu.then((device) => this.show(device));
  }

  addPicture(): PicturePlane {
    const picture = new PicturePlane(this.camera);
    picture.device = this.device;
    this.pictures.add(picture);
    this.scene.add(picture.mesh);
    return picture;
  }

  /** It is not shown any more; disposing of it is the caller's. */
  removePicture(picture: PicturePlane): void {
    this.pictures.delete(picture);
    this.scene.remove(picture.mesh);
  }

  /** To the size of the stage on the page; while it is not there to be seen, it keeps the one it had. */
  resize(): void {
    const { renderer, parent } = this;
    if (parent.clientWidth === 0 || parent.clientHeight === 0) return;
    renderer?.setPixelRatio(Math.min(2, devicePixelRatio));
    renderer?.setSize(parent.clientWidth, parent.clientHeight, false);
    this.draw();
  }

  /** Draws once before the next repaint, however often it is asked. */
  draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.renderer?.render(this.scene, this.camera);
    });
  }

  /** The pictures alone, as an image of that size; null if the stage is not there yet. */
  async image(width: number, height: number): Promise<Blob | null> {
    const { renderer } = this;
    if (renderer === null) return null;
    this.lines.group.visible = false;
    renderer.setPixelRatio(1);
    renderer.setSize(width, height, false);
    renderer.render(this.scene, this.camera);
    const blob = new Promise<Blob | null>((resolve) => {
      renderer.domElement.toBlob(resolve);
    });
    this.lines.group.visible = true;
    this.resize();
    return blob;
  }

  /** The camera of the lines nearest to a place on the stage; null if none is near. */
  cameraAt(x: number, y: number): number | null {
    return this.lines.cameraAt(x, y, this.parent, this.camera);
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
    // What the device reports, its owner says: src/backends/webgpu/device.ts.
    renderer.onError = () => undefined;
    renderer.onDeviceLost = () => {
      if (device === null) void this.show(null);
    };
    await renderer.init();
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
