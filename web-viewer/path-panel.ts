/** The camera-path editor: key frames with times, a preview, files in nerfstudio's form. */
import type { WorldFrame } from '../datasets/scene-data.ts';
import type { CameraKey, Pose } from '../renderer/paths/camera-key.ts';
import { cameraAt, encodeKeyPath, type KeyPath, MOST_KEYS, parseKeyPath, pathSeconds } from '../renderer/paths/camera-keys.ts';
import { byId, element } from './elements.ts';
import { messageOf } from './messages.ts';
import { download } from './save-panel.ts';

export interface PathHost {
  /** Where the viewer is now. */
  current(): Pose;
  show(pose: Pose): void;
  changed(keys: readonly CameraKey[]): void;
  problem(text: string): void;
  /** Where the world lies in the coordinates of the scene's file, which paths are saved in. */
  readonly frame: WorldFrame | null;
  /** Size of the picture. */
  size(): { readonly width: number; readonly height: number };
}

const NEW_KEY_SECONDS = 2;

export class PathPanel {
  private readonly host: PathHost;
  private keys: CameraKey[] = [];
  private playingSince: number | null = null;
  private readonly list = byId('keys');
  private readonly scrubber = byId<HTMLInputElement>('path-time');
  private readonly play = byId<HTMLButtonElement>('path-play');
  private readonly rate = byId<HTMLInputElement>('path-fps');

  constructor(host: PathHost) {
    this.host = host;
    byId('path-add').addEventListener('click', () => {
      if (this.keys.length === MOST_KEYS) host.problem(`A path has at most ${MOST_KEYS} key frames.`);
      else this.set([...this.keys, { ...host.current(), seconds: NEW_KEY_SECONDS }]);
    });
    this.play.addEventListener('click', () => {
      this.toggle();
    });
    this.scrubber.addEventListener('input', () => {
      this.stop();
      if (this.keys.length > 0) host.show(cameraAt(this.keys, Number(this.scrubber.value)));
    });
    byId('path-save').addEventListener('click', () => {
      this.save();
    });
    byId<HTMLInputElement>('path-load').addEventListener('change', (event) => void this.load(event.currentTarget as HTMLInputElement));
    this.set(this.kept());
  }

  toggle(): void {
    if (this.playingSince !== null) {
      this.stop();
      return;
    }
    if (this.keys.length < 2) return;
    this.play.textContent = 'Stop';
    this.playingSince = performance.now();
    const go = (): void => {
      if (this.playingSince === null) return;
      const seconds = (performance.now() - this.playingSince) / 1000;
      this.scrubber.value = String(seconds);
      this.host.show(cameraAt(this.keys, seconds));
      if (seconds >= pathSeconds(this.keys)) this.stop();
      else requestAnimationFrame(go);
    };
    go();
  }

  stop(): void {
    this.playingSince = null;
    this.play.textContent = 'Play';
  }

  private set(keys: readonly CameraKey[]): void {
    this.stop();
    this.keys = [...keys];
    const seconds = pathSeconds(keys);
    this.list.replaceChildren(...keys.map((key, i) => this.row(key, i)));
    this.scrubber.max = String(seconds);
    this.scrubber.disabled = this.play.disabled = keys.length < 2;
    for (const id of ['path-save', 'path-film']) byId<HTMLButtonElement>(id).disabled = keys.length < 2;
    byId('path-length').textContent = keys.length < 2 ? '' : `${seconds.toFixed(1)} s`;
    keep(keys.length === 0 ? null : encodeKeyPath(this.path, this.host.frame));
    this.host.changed(keys);
  }

  private row(key: CameraKey, i: number): HTMLElement {
    const change = (keys: CameraKey[]) => () => {
      this.set(keys);
    };
    const go = element('button', { textContent: `Key ${i + 1}`, label: `Go to key frame ${i + 1}` });
    go.addEventListener('click', () => {
      this.stop();
      this.host.show(key);
    });
    const seconds = element('input', {
      type: 'number',
      min: '0.1',
      max: '60',
      step: '0.1',
      value: String(key.seconds),
      label: `Seconds before key frame ${i + 1}`,
    });
    seconds.disabled = i === 0;
    seconds.addEventListener('change', () => {
      const value = Number(seconds.value);
      if (value >= 0.1 && value <= 60) this.set(this.keys.with(i, { ...key, seconds: value }));
      else seconds.value = String(key.seconds);
    });
    const update = element('button', {
      textContent: 'Set',
      title: 'Take the current view',
      label: `Set key frame ${i + 1} to the current view`,
    });
    update.addEventListener('click', () => {
      this.set(this.keys.with(i, { ...this.host.current(), seconds: key.seconds }));
    });
    const remove = element('button', { textContent: '×', label: `Remove key frame ${i + 1}` });
    remove.addEventListener('click', change(this.keys.toSpliced(i, 1)));
    return element('li', {}, go, seconds, update, remove);
  }

  get path(): KeyPath {
    return { keys: this.keys, framesPerSecond: Number(this.rate.value) || 24, ...this.host.size() };
  }

  private kept(): readonly CameraKey[] {
    const path = (history.state as { path?: unknown } | null)?.path ?? null;
    return path === null ? [] : parseKeyPath(path, 'the path that this page kept', this.host.frame).keys;
  }

  private save(): void {
    download(
      new Blob([JSON.stringify(encodeKeyPath(this.path, this.host.frame), null, 1)], { type: 'application/json' }),
      'camera-path.json',
    );
  }

  private async load(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    if (file === undefined) return;
    try {
      const path = parseKeyPath(JSON.parse(await file.text()), file.name, this.host.frame);
      this.rate.value = String(path.framesPerSecond);
      this.set(path.keys);
      this.host.show(path.keys[0]);
    } catch (error) {
      this.host.problem(error instanceof SyntaxError ? `${file.name}: expected JSON: ${error.message}` : messageOf(error));
    }
    input.value = '';
  }
}

/** The history entry of the page keeps the path: a reload has it again, a new page begins without one. */
function keep(path: unknown): void {
  history.replaceState({ ...(history.state as object | null), path }, '');
}
