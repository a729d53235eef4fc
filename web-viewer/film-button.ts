/** The button that films the camera path: starts, shows how far it is, and stops. */
import type { Pose } from '../renderer/paths/camera-key.ts';
import { pathFrames, type KeyPath } from '../renderer/paths/camera-keys.ts';
import { byId } from './elements.ts';
import { download } from './path-panel.ts';

export interface FilmHost {
  path(): KeyPath;
  /** Of the file. */
  name(): string;
  draw(canvas: HTMLCanvasElement, pose: Pose, signal: AbortSignal): Promise<void>;
  problem(text: string): void;
}

const even = (pixels: number): number => Math.max(2, pixels - (pixels % 2));

export class FilmButton {
  private readonly host: FilmHost;
  private readonly button = byId<HTMLButtonElement>('path-film');
  private filming: AbortController | null = null;

  constructor(host: FilmHost) {
    this.host = host;
    this.button.addEventListener('click', () => {
      if (this.filming === null) void this.film();
      else this.filming.abort();
    });
  }

  private async film(): Promise<void> {
    const path = this.host.path();
    const poses = pathFrames(path);
    const { signal } = (this.filming = new AbortController());
    const { makeFilm } = await import('./film.ts');
    const plan = { ...path, width: even(path.width), height: even(path.height), frames: poses.length };
    try {
      const film = await makeFilm(plan, async (canvas, i) => {
        this.button.textContent = `Stop filming (${i + 1} of ${poses.length})`;
        signal.throwIfAborted();
        await this.host.draw(canvas, poses[i], signal);
      });
      download(film, `${this.host.name()}.webm`);
    } catch (error) {
      if (!signal.aborted) this.host.problem(problemOf(error));
    }
    this.filming = null;
    this.button.textContent = 'Film (WebM)';
  }
}

function problemOf(error: unknown): string {
  const { message, fix } = error as Error & { readonly fix?: string | null };
  return `The film was not made: ${message} ${fix ?? ''}`;
}
