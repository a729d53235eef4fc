/** One picture on the page: a canvas over a part of the stage, drawn by a frame loop or filled with a photo. */
import type { Frame } from '../renderer/frame-source.ts';
import { element } from './elements.ts';

/** Columns of the stage, as shares of its width. */
export interface Region {
  readonly left: number;
  readonly right: number;
}

export class PictureLayer {
  readonly canvas: HTMLCanvasElement;
  private readonly title: HTMLElement;
  private readonly root: HTMLElement;

  constructor(parent: HTMLElement, title: string) {
    this.canvas = element('canvas', { className: 'picture-canvas', label: title });
    this.title = element('p', { className: 'layer-title', textContent: title });
    this.root = element('div', { className: 'layer' }, this.canvas, this.title);
    parent.append(this.root);
  }

  place({ left, right }: Region): void {
    this.root.style.left = `${left * 100}%`;
    this.root.style.width = `${(right - left) * 100}%`;
  }

  name(title: string): void {
    this.title.textContent = title;
  }

  draw(frame: Frame): void {
    const { width, height } = frame;
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext('2d')!.putImageData(imageOf(frame), 0, 0);
  }

  /** Draws a photo where its pixels lie, or a text where there is none for this view. */
  fill(width: number, height: number, paint: (context: CanvasRenderingContext2D) => void): void {
    Object.assign(this.canvas, { width, height });
    paint(this.canvas.getContext('2d')!);
  }

  remove(): void {
    this.root.remove();
  }
}

export function imageOf({ width, height, pixels }: Frame): ImageData {
  const image = new ImageData(width, height);
  for (let from = 0, to = 0; from < pixels.length; to += 4) {
    image.data[to] = pixels[from++];
    image.data[to + 1] = pixels[from++];
    image.data[to + 2] = pixels[from++];
    image.data[to + 3] = 255;
  }
  return image;
}
