/** One part of the stage: its picture, and its title over it. */
import { element } from './elements.ts';
import type { PicturePlane, Region } from './picture-plane.ts';
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

  place(region: Region): void {
    this.plane.place(region);
    this.root.style.left = `${region.left * 100}%`;
    this.root.style.width = `${(region.right - region.left) * 100}%`;
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
