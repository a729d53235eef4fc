/** Downloads: the picture, and the film of the camera path, at any size, at full quality. */
import type { Pose } from '../renderer/paths/camera-key.ts';
import { pathFrames, type KeyPath } from '../renderer/paths/camera-keys.ts';
import type { ValueScale } from '../src/math/value-scale.ts';
import { byId, element } from './elements.ts';
import { JobButton } from './job-button.ts';
import type { Size } from './stage-layout.ts';
import type { StillOptions } from './still.ts';

export interface SaveHost {
  pose(): Pose;
  path(): KeyPath;
  /** Size of the whole stage, in pixels of its pictures. */
  size(): Size;
  /** Name of the files, without their endings. */
  name(): string;
  /** The scale that is shown now. */
  scale(): ValueScale | null;
  draw(canvas: HTMLCanvasElement, pose: Pose, options: StillOptions): Promise<void>;
  problem(text: string): void;
}

/** A larger one is no picture that a browser can hold for sure. */
const LONGEST_SIDE = 4096;
const even = (pixels: number): number => Math.max(2, pixels - (pixels % 2));

export class SavePanel {
  private readonly host: SaveHost;
  private readonly picture: JobButton;
  private readonly sides = [byId<HTMLInputElement>('save-width'), byId<HTMLInputElement>('save-height')];

  constructor(host: SaveHost) {
    this.host = host;
    this.picture = new JobButton(byId<HTMLButtonElement>('download'), ({ signal, tell }) => this.save(signal, tell), host.problem);
    new JobButton(byId<HTMLButtonElement>('path-film'), ({ signal, tell }) => this.film(signal, tell), host.problem);
  }

  /** The picture, as by its button. */
  download(): void {
    this.picture.press();
  }

  /** What is written in the fields; the stage's where nothing is. */
  private get size(): Size {
    const shown = this.host.size();
    const [width, height] = [shown.width, shown.height].map((pixels, i) => Math.round(Number(this.sides[i].value)) || pixels);
    if (Math.max(width, height) > LONGEST_SIDE || Math.min(width, height) < 1)
      throw new RangeError(`expected 1 to ${LONGEST_SIDE} pixels a side, found ${width} × ${height}`);
    return { width, height };
  }

  private async save(signal: AbortSignal, tell: (progress: string) => void): Promise<void> {
    const canvas = element('canvas', this.size);
    const progress = (share: number): void => {
      tell(`${Math.round(share * 100)} %`);
    };
    await this.host.draw(canvas, this.host.pose(), { scale: null, signal, progress });
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve);
    });
    if (blob === null) throw new RangeError(`this browser makes no picture of ${canvas.width} × ${canvas.height} pixels`);
    download(blob, `${this.host.name()}.png`);
  }

  private async film(signal: AbortSignal, tell: (progress: string) => void): Promise<void> {
    const { framesPerSecond, ...path } = this.host.path();
    const poses = pathFrames({ framesPerSecond, ...path });
    const { FILM_FORMATS, makeFilm } = await import('./film.ts');
    const format = FILM_FORMATS[byId<HTMLSelectElement>('film-format').value as keyof typeof FILM_FORMATS];
    const { width, height } = this.size;
    const scale = this.host.scale();
    const plan = { width: even(width), height: even(height), framesPerSecond, frames: poses.length, format };
    const film = await makeFilm(plan, async (canvas, i) => {
      tell(`${i + 1} of ${poses.length}`);
      signal.throwIfAborted();
      await this.host.draw(canvas, poses[i], { scale, signal, progress: () => undefined });
    });
    download(film, `${this.host.name()}.${format.ending}`);
  }
}

export function download(content: Blob, name: string): void {
  const link = element('a', { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}
