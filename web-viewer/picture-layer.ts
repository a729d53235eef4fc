/** One part of the stage: its picture, and its title over it. */
import { element } from './elements.ts';
import type { PicturePlane, Region } from './picture-plane.ts';
import type { Pane } from './stage-layout.ts';
import type { StageScene } from './stage-scene.ts';

export class PictureLayer {
  readonly plane: PicturePlane;
  private readonly scene: StageScene;
  private readonly root: HTMLElement;
  private readonly title = element('p', { className: 'layer-title' });

  constructor(parent: HTMLElement, scene: StageScene) {
    this.scene = scene;
    this.plane = scene.addPicture();
    this.root = element('div', { className: 'layer' }, this.title);
    parent.append(this.root);
  }

  /** @param region columns of the pane that are its own */
  place(pane: Pane, region: Region): void {
    const [from, to] = [region.left, region.right].map((share) => Math.round(share * pane.width));
    // Whole pixels, so that none is seen between two.
    this.plane.place({ left: from / pane.width, right: to / pane.width });
    const { style } = this.root;
    style.left = `${pane.left + from}px`;
    style.top = `${pane.top}px`;
    style.width = `${to - from}px`;
    style.height = `${pane.height}px`;
  }

  name(title: string): void {
    this.title.textContent = title;
  }

  /** @param ended when nothing is painted for it any more */
  remove(ended: Promise<void> | undefined): void {
    this.root.remove();
    this.scene.removePicture(this.plane);
    void Promise.resolve(ended).then(() => {
      this.plane.dispose();
    });
  }
}
