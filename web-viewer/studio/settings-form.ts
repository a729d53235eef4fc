/** The settings of a training as a form, made from the schema: the few that matter first, all others behind. */
import { BACKEND_NAMES, type BackendRequest } from '../../src/backends/select-backend.ts';
import { presets } from '../../src/config/presets.ts';
import { findSetting, settings, type Setting } from '../../src/config/settings.ts';
import { byId, element, setOptions } from '../elements.ts';
import type { Wish } from './studio-messages.ts';

const FIRST = ['budget.maxMinutes', 'fine.steps', 'scene.downscale', 'network.neuron', 'seed'];
/** A tab may be closed at any time. */
const OWN_DEFAULTS: Readonly<Record<string, string>> = { 'checkpoint.everyMinutes': '1' };

type Control = HTMLInputElement | HTMLSelectElement;

export class SettingsForm {
  private readonly changed: () => void;
  private readonly controls = new Map<string, Control[]>();
  private readonly preset = element('select', { id: 'preset' });
  private readonly backend = element('select', { id: 'backend' });
  private readonly threads = element('input', { id: 'threads', type: 'number', min: '1', placeholder: 'all cores' });
  private values: Readonly<Record<string, string>> = {};

  /** @param changed something else is wanted */
  constructor(changed: () => void) {
    this.changed = changed;
    setOptions(this.preset, [['', 'the one that suits the scene'], ...Object.keys(presets).map((name) => [name, name] as const)]);
    const backends = BACKEND_NAMES.filter((name) => name !== 'tfjs');
    setOptions(this.backend, [['auto', 'auto: the GPU, or else the processor'], ...backends.map((name) => [name, name] as const)]);
    this.threads.disabled = !crossOriginIsolated;
    this.threads.title = crossOriginIsolated
      ? 'Threads of the backend wasm; the results do not depend on it.'
      : 'This page is not isolated from others, so that it has one thread.';
    byId('first-settings').append(
      element('label', {}, 'Preset ', this.preset),
      ...FIRST.map((key) => this.field(findSetting(key)!, false)),
      element('label', {}, 'Computed by ', this.backend),
      element('label', {}, 'Threads ', this.threads),
    );
    byId('all-settings').append(...settings.map((setting) => this.field(setting, true)));
    byId('settings').addEventListener('change', ({ target }) => {
      this.mirror(target as Control);
      changed();
    });
    byId('find-setting').addEventListener('input', ({ target }) => {
      const wanted = (target as HTMLInputElement).value.toLowerCase();
      for (const label of byId('all-settings').children) (label as HTMLElement).hidden = !label.textContent!.toLowerCase().includes(wanted);
    });
  }

  /** As if it had been changed by hand. */
  set(key: string, value: string): void {
    for (const control of this.controls.get(key) ?? []) control.value = value;
    this.changed();
  }

  wish(scene: string): Wish {
    const threads = this.threads.value === '' ? null : Number(this.threads.value);
    const choice = this.backend.value as BackendRequest['choice'];
    return {
      scene,
      preset: this.preset.value === '' ? null : this.preset.value,
      settings: this.settings,
      // Who names the GPU takes a software adapter too.
      backend: { choice, threads: choice === 'webgpu' ? null : threads, gpu: choice === 'webgpu' ? 'any' : null },
    };
  }

  /** What was changed by hand, by key. */
  get settings(): Readonly<Record<string, string>> {
    const changed = [...this.controls].map(([key, [control]]) => [key, control.value] as const).filter(([, value]) => value !== '');
    return { ...OWN_DEFAULTS, ...Object.fromEntries(changed) };
  }

  /** Shows what the settings come to that are left open. */
  show(values: Readonly<Record<string, string>>): void {
    this.values = values;
    for (const [key, controls] of this.controls)
      for (const control of controls)
        if (control instanceof HTMLInputElement) control.placeholder = unset(this.values[key] ?? '');
        else control.options[0].textContent = `(${plain(this.values[key] ?? '')})`;
  }

  private field(setting: Setting, described: boolean): HTMLLabelElement {
    const { key, description, range } = setting;
    const control = controlOf(setting);
    control.dataset.key = key;
    control.title = `${description} (${range})`;
    this.controls.set(key, [...(this.controls.get(key) ?? []), control]);
    const help = described ? [element('small', { textContent: `${description} (${range})` })] : [];
    return element('label', {}, described ? key : (SHORT[key] ?? key), ' ', control, ...help);
  }

  /** A setting may stand in both places. */
  private mirror(changed: Control): void {
    for (const other of this.controls.get(changed.dataset.key ?? '') ?? []) other.value = changed.value;
  }
}

const SHORT: Readonly<Record<string, string>> = {
  'budget.maxMinutes': 'Minutes at most',
  'fine.steps': 'Steps',
  'scene.downscale': 'Divide photos by',
  'network.neuron': 'Neuron',
  seed: 'Seed',
};

function controlOf({ choices, isWord, range }: Setting): Control {
  const words = isWord ? choices : range === 'true or false' ? ['true', 'false'] : null;
  if (words === null) return element('input', { type: 'text', autocomplete: 'off' });
  const select = element('select');
  setOptions(select, [['', '(as the preset)'], ...words.map((word) => [word, word] as const)]);
  return select;
}

const unset = (json: string): string => (json === 'null' ? 'none' : json);
const plain = (json: string): string => json.replace(/^"|"$/g, '');
