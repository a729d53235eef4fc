/** The panel's settings of a colour scale: map, direction, and the values at its ends, which can be locked. */
import { COLOUR_MAPS } from '../renderer/colour-maps.ts';
import type { ValueScale } from '../src/math/value-scale.ts';
import type { ColourStyle } from '../src/frames/frame-content.ts';
import { writtenUnit, type WrittenUnit } from '../src/frames/quantities.ts';
import type { OutputMode } from '../src/frames/output-modes.ts';
import { byId, setOptions } from './elements.ts';
import type { ViewState } from './view-state.ts';

type Choice = Pick<ViewState, 'map' | 'inverted' | 'scale'>;

export class ScalePanel {
  private readonly state: ViewState;
  private readonly changed: () => void;
  private readonly root = byId('scale');
  private readonly map = byId<HTMLSelectElement>('scale-map');
  private readonly inverted = byId<HTMLInputElement>('scale-inverted');
  private readonly locked = byId<HTMLInputElement>('scale-locked');
  private readonly low = byId<HTMLInputElement>('scale-low');
  private readonly high = byId<HTMLInputElement>('scale-high');
  /** Choices of the modes that are not shown. */
  private readonly kept = new Map<OutputMode, Choice>();
  private shown: ValueScale | null = null;
  /** The unit in which the ends are typed: the legend's. */
  private unit: WrittenUnit = { name: '', size: 1 };

  /** @param changed called when values take other colours */
  constructor(state: ViewState, changed: () => void) {
    this.state = state;
    this.changed = changed;
    setOptions(
      this.map,
      Object.keys(COLOUR_MAPS).map((name) => [name, name]),
    );
    this.map.addEventListener('change', () => {
      state.map = this.map.value as ViewState['map'];
      changed();
    });
    this.inverted.addEventListener('change', () => {
      state.inverted = this.inverted.checked;
      changed();
    });
    this.locked.addEventListener('change', () => {
      this.lock(this.locked.checked ? this.shown : null);
    });
    for (const end of ['low', 'high'] as const)
      this[end].addEventListener('change', () => {
        this.setEnd(end, Number(this[end].value));
      });
  }

  /** Before the mode is another one: each keeps its own choice. */
  leave(next: OutputMode): void {
    const { state } = this;
    this.kept.set(state.output, { map: state.map, inverted: state.inverted, scale: state.scale });
    Object.assign(state, this.kept.get(next) ?? { map: null, inverted: false, scale: null });
  }

  /**
   * @param style of what is shown; null: it shows no values
   * @param unit of the values
   */
  show(style: ColourStyle | null, unit: string): void {
    this.root.hidden = style === null;
    if (style === null) return;
    this.shown = style.scale;
    this.map.value = style.map;
    this.inverted.checked = style.inverted;
    this.locked.checked = this.state.scale !== null;
    this.unit = writtenUnit(unit, style.scale.high);
    for (const end of ['low', 'high'] as const) {
      byId(`scale-${end}-unit`).textContent = this.unit.name;
      if (document.activeElement !== this[end]) this.write(end, style.scale);
    }
  }

  private write(end: 'low' | 'high', scale: ValueScale): void {
    this[end].value = String(Number((scale[end] / this.unit.size).toPrecision(4)));
  }

  private lock(scale: ValueScale | null): void {
    this.state.scale = scale;
    this.changed();
  }

  /** An end that somebody sets is locked. */
  private setEnd(end: 'low' | 'high', value: number): void {
    if (this.shown === null) return;
    const scale = { ...this.shown, [end]: value * this.unit.size };
    if (scale.low < scale.high) this.lock(scale);
    else this.write(end, this.shown);
  }
}
