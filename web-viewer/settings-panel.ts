/** The panel's settings of picture and camera: shows the state, changes it, and says what that asks for. */
import { NETWORK_MODES, OUTPUT_MODES, type OutputMode } from '../src/frames/output-modes.ts';
import type { RunDetails } from './api.ts';
import { byId, element, setOptions } from './elements.ts';
import { LAYOUTS, type Layout } from './stage-layout.ts';
import { FOV_RANGE, type ViewState } from './view-state.ts';

const OUTPUT_TITLES: Readonly<Record<OutputMode, string>> = {
  colour: 'Colour',
  depth: 'Depth',
  opacity: 'Opacity',
  normals: 'Normals',
  firing: 'Firing rate',
  energy: 'Energy',
  samples: 'Samples',
};

const RESOLUTIONS = [
  ['', "the screen's"],
  ['0.5', 'half of the page'],
  ['1', 'page pixels'],
  ['2', 'double'],
] as const;

const LAYOUT_TITLES: Readonly<Record<Layout, string>> = {
  side: 'side by side',
  wipe: 'wipe',
  difference: 'with their difference',
  ratio: 'with their ratio',
};

export interface SettingsHost {
  setOutput(mode: OutputMode): void;
  /** The same parts of another picture. @param moving more changes will follow at once */
  ask(moving: boolean): void;
  /** Other parts side by side. */
  arrange(): void;
  setFov(degrees: number): void;
  setFly(on: boolean): void;
  reset(): void;
  showFrustums(): void;
  /** What the address keeps is another. */
  changed(): void;
}

export class SettingsPanel {
  private readonly state: ViewState;
  private readonly host: SettingsHost;

  constructor(run: RunDetails, state: ViewState, host: SettingsHost) {
    this.state = state;
    this.host = host;
    for (const mode of OUTPUT_MODES) {
      const button = element('button', { textContent: OUTPUT_TITLES[mode], data: { mode } });
      button.disabled = run.trained?.stage === 'coarse' && NETWORK_MODES.includes(mode);
      button.addEventListener('click', () => {
        this.setOutput(mode);
      });
      byId('outputs').append(button);
    }
    this.markOutput();
    const related = run.related.map(({ id, name, neuron }): [string, string] => [id, neuron === 'relu' ? `ANN: ${name}` : name]);
    const ordered = related.sort(([a], [b]) => Number(b === run.twin) - Number(a === run.twin));
    setOptions(byId('beside'), [['', 'nothing'], ...ordered], state.beside);
    // A link may name a run that is not served any more.
    if (!run.related.some(({ id }) => id === state.beside)) byId<HTMLSelectElement>('beside').value = state.beside = '';
    setOptions(byId('resolution'), RESOLUTIONS, String(state.resolution ?? ''));
    setOptions(
      byId('layout'),
      LAYOUTS.map((layout) => [layout, LAYOUT_TITLES[layout]]),
      state.layout,
    );
    byId('statistics').hidden = !state.statistics;
    byId<HTMLInputElement>('statistics-on').checked = state.statistics;
    Object.assign(byId<HTMLInputElement>('fov'), { ...FOV_RANGE, step: 0.5 });
    byId<HTMLInputElement>('photo').checked = state.photo;
    byId<HTMLInputElement>('background').value = state.background;
    this.wire();
  }

  setOutput(mode: OutputMode): void {
    this.host.setOutput(mode);
    this.markOutput();
  }

  showFov(degrees: number): void {
    byId<HTMLInputElement>('fov').value = String(degrees);
    byId('fov-value').textContent = `${degrees.toFixed(1)}°`;
  }

  showFly(on: boolean): void {
    byId('fly').setAttribute('aria-pressed', String(on));
    byId('orbit').setAttribute('aria-pressed', String(!on));
  }

  get frustums(): boolean {
    return byId<HTMLInputElement>('frustums').checked;
  }

  togglePanel(): void {
    const wide = document.body.classList.toggle('wide');
    byId('toggle').setAttribute('aria-expanded', String(!wide));
  }

  toggleStatistics(): void {
    const { state } = this;
    state.statistics = !state.statistics;
    byId('statistics').hidden = !state.statistics;
    byId<HTMLInputElement>('statistics-on').checked = state.statistics;
    this.host.changed();
  }

  private wire(): void {
    const { state, host } = this;
    on('beside', 'change', (select: HTMLSelectElement) => {
      state.beside = select.value;
      host.arrange();
    });
    on('photo', 'change', (box: HTMLInputElement) => {
      state.photo = box.checked;
      host.arrange();
    });
    on('resolution', 'change', (select: HTMLSelectElement) => {
      state.resolution = select.value === '' ? null : Number(select.value);
      host.ask(false);
    });
    on('background', 'input', (colour: HTMLInputElement) => {
      state.background = colour.value;
      host.ask(true);
    });
    on('fov', 'input', (range: HTMLInputElement) => {
      host.setFov(Number(range.value));
    });
    on('layout', 'change', (select: HTMLSelectElement) => {
      state.layout = select.value as Layout;
      host.arrange();
    });
    on('statistics-on', 'change', () => {
      this.toggleStatistics();
    });
    for (const id of ['orbit', 'fly'])
      on(id, 'click', () => {
        host.setFly(id === 'fly');
        host.changed();
      });
    on('reset', 'click', () => {
      host.reset();
    });
    on('frustums', 'change', () => {
      host.showFrustums();
    });
    on('help-open', 'click', () => {
      byId<HTMLDialogElement>('help').showModal();
    });
    on('toggle', 'click', () => {
      this.togglePanel();
    });
  }

  private markOutput(): void {
    for (const button of byId('outputs').children)
      button.setAttribute('aria-pressed', String((button as HTMLElement).dataset.mode === this.state.output));
  }
}

function on<T extends HTMLElement>(id: string, event: string, act: (element: T) => void): void {
  byId<T>(id).addEventListener(event, () => {
    act(byId<T>(id));
  });
}
